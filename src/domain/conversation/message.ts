/** Who contributed a message. The system prompt is a parameter of a turn, not a role. */
export type Role = 'user' | 'assistant';

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

/** What the model thought before it answered; the signature proves to the model that it is its own. */
export interface ReasoningBlock {
  readonly type: 'reasoning';
  readonly text: string;
  readonly signature?: string;
}

/** A call the model asks for. `inputJson` stays text: while it streams it is not yet JSON. */
export interface ToolUseBlock {
  readonly type: 'tool-use';
  readonly toolUseId: string;
  readonly name: string;
  readonly inputJson: string;
}

/** What came of a call that the model asked for. */
export interface ToolResultBlock {
  readonly type: 'tool-result';
  readonly toolUseId: string;
  readonly text: string;
  readonly isError?: true;
}

/** A part of a document that was found for a question. */
export interface Passage {
  readonly text: string;
  /** Where it is from: a URL, or the address of a file in a bucket. */
  readonly source: string;
  readonly title?: string;
  /** How well it fits, as its finder counts. */
  readonly score?: number;
}

/** What was looked up for the answer, and found. */
export interface RetrievalBlock {
  readonly type: 'retrieval';
  readonly query: string;
  readonly passages: readonly Passage[];
}

/** What a part of the answer stands on. */
export interface CitationBlock {
  readonly type: 'citation';
  /** Which characters of the answer's text; absent where its source does not say. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly passages: readonly Passage[];
}

/** A call that waits for a person to allow it. */
export interface ApprovalBlock {
  readonly type: 'approval';
  readonly toolUseId: string;
}

/** Blocks that come whole, and not in pieces. */
export type WholeBlock = ToolResultBlock | RetrievalBlock | CitationBlock | ApprovalBlock;

export type ContentBlock = TextBlock | ReasoningBlock | ToolUseBlock | WholeBlock;

/** One side's contribution to a conversation. */
export interface Message {
  readonly role: Role;
  readonly content: readonly ContentBlock[];
}

/** A picture that a model is shown. */
export interface ImageBlock {
  readonly type: 'image';
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp';
  readonly base64: string;
}

/** A passage that a model is to answer from, and cite by its number, which counts from 1. */
export interface PassageBlock {
  readonly type: 'passage';
  readonly number: number;
  readonly passage: Passage;
}

/** A message as a model is shown it: it may hold what conversations do not keep. */
export interface PromptMessage {
  readonly role: Role;
  readonly content: readonly (ContentBlock | ImageBlock | PassageBlock)[];
}

/** A user's message of plain text. */
export function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

/** An assistant's message of plain text. */
export function assistantMessage(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

/** Whether a block says nothing: models refuse blank text. */
export function isBlank(block: PromptMessage['content'][number]): boolean {
  return block.type === 'text' && block.text.trim() === '';
}

/**
 * An exchange as models take it: a user begins, and the roles alternate. Neighbours of one role
 * are one message, what is blank is left out, and before an assistant that speaks first a user
 * asks for it.
 */
export function alternating(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  const joined: PromptMessage[] = [];
  for (const { role, content } of messages) {
    const said = content.filter((block) => !isBlank(block));
    const last = joined.at(-1);
    if (said.length === 0) continue;
    if (last?.role !== role) joined.push({ role, content: said });
    else joined.splice(-1, 1, { role, content: [...last.content, ...said] });
  }
  return joined[0]?.role === 'assistant' ? [userMessage('(Begin.)'), ...joined] : joined;
}

/** What a user said last in an exchange; empty where none did. */
export function lastQuestion(messages: readonly PromptMessage[]): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return last === undefined ? '' : messageText(last);
}

/** The words of a message that are meant for a reader: its text blocks, joined. */
export function messageText(message: PromptMessage): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
