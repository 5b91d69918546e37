import type { AttachmentBlock, FileBlock } from '#domain/conversation/attachment.ts';

/** The author of a message. The system prompt is a parameter of a turn, not a role. */
export type Role = 'user' | 'assistant';

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

/** The model's reasoning before its answer. The signature proves that the model wrote it. */
export interface ReasoningBlock {
  readonly type: 'reasoning';
  readonly text: string;
  readonly signature?: string;
  /** How long it streamed; absent if it arrived in one piece. */
  readonly durationMs?: number;
}

/** A tool call by the model. `inputJson` is text because it is incomplete while it streams. */
export interface ToolUseBlock {
  readonly type: 'tool-use';
  readonly toolUseId: string;
  readonly name: string;
  readonly inputJson: string;
}

/** The result of a tool call. */
export interface ToolResultBlock {
  readonly type: 'tool-result';
  readonly toolUseId: string;
  readonly text: string;
  readonly isError?: true;
  /** A person did not allow the call. */
  readonly isDenied?: true;
  /** How long the answer waited for it; absent if it did not. */
  readonly durationMs?: number;
}

/** A part of a document that matches a query. */
export interface Passage {
  readonly text: string;
  /** Its origin: a URL, or the address of a file in a bucket. */
  readonly source: string;
  readonly title?: string;
  /** How well it matches, on the scale of the search service. */
  readonly score?: number;
}

/** A search for the answer, and its results. */
export interface RetrievalBlock {
  readonly type: 'retrieval';
  readonly query: string;
  readonly passages: readonly Passage[];
}

/** The sources of a part of the answer. */
export interface CitationBlock {
  readonly type: 'citation';
  /** The characters of the answer that are cited; absent if the service does not report them. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly passages: readonly Passage[];
}

/** A tool call that waits for a person's approval. */
export interface ApprovalBlock {
  readonly type: 'approval';
  readonly toolUseId: string;
}

/** Blocks that arrive in one piece, without deltas. */
export type WholeBlock = ToolResultBlock | RetrievalBlock | CitationBlock | ApprovalBlock;

export type ContentBlock = TextBlock | ReasoningBlock | ToolUseBlock | WholeBlock | AttachmentBlock;

/** One side's contribution to a conversation. */
export interface Message {
  readonly role: Role;
  readonly content: readonly ContentBlock[];
}

/** An image for the model. */
export interface ImageBlock {
  readonly type: 'image';
  readonly format: 'png' | 'jpeg' | 'gif' | 'webp';
  readonly base64: string;
}

/** A passage for the model to answer from. The model cites it by its number, from 1. */
export interface PassageBlock {
  readonly type: 'passage';
  readonly number: number;
  readonly passage: Passage;
}

/** A message for a model. It can have blocks that conversations do not store. */
export interface PromptMessage {
  readonly role: Role;
  readonly content: readonly (ContentBlock | ImageBlock | PassageBlock | FileBlock)[];
}

/** Returns a user's message with plain text. */
export function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

/** Returns an assistant's message with plain text. */
export function assistantMessage(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

/** Returns whether a block is blank text, which models reject. */
export function isBlank(block: PromptMessage['content'][number]): boolean {
  return block.type === 'text' && block.text.trim() === '';
}

/**
 * Returns messages in the order that models require: the user begins, and the roles alternate.
 * Consecutive messages of one role are joined, and blank blocks are removed. If the assistant would
 * be first, a short user message is put before it.
 */
export function alternateRoles(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  const joined: PromptMessage[] = [];
  for (const { role, content } of messages) {
    const blocks = content.filter((block) => !isBlank(block));
    const last = joined.at(-1);
    if (blocks.length === 0) continue;
    if (last?.role !== role) joined.push({ role, content: blocks });
    else joined.splice(-1, 1, { role, content: [...last.content, ...blocks] });
  }
  return joined[0]?.role === 'assistant' ? [userMessage('(Begin.)'), ...joined] : joined;
}

/** Returns the text of the last user message; empty if there is none. */
export function lastQuestion(messages: readonly PromptMessage[]): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return last === undefined ? '' : messageText(last);
}

/** Returns the files of a message. */
export function attachmentsIn({ content }: Message): readonly AttachmentBlock[] {
  return content.filter((block) => block.type === 'attachment');
}

/** Returns the text of a message for a reader: its text blocks, joined. */
export function messageText(message: PromptMessage): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
