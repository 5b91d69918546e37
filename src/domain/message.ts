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

export type ContentBlock = TextBlock | ReasoningBlock | ToolUseBlock;

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

/** What came of a call that the model asked for. */
export interface ToolResultBlock {
  readonly type: 'tool-result';
  readonly toolUseId: string;
  readonly text: string;
}

/** A message as a model is shown it: it may hold what conversations do not keep. */
export interface PromptMessage {
  readonly role: Role;
  readonly content: readonly (ContentBlock | ImageBlock | ToolResultBlock)[];
}

/** A user's message of plain text. */
export function userMessage(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

/** An assistant's message of plain text. */
export function assistantMessage(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

/** The words of a message that are meant for a reader: its text blocks, joined. */
export function messageText(message: PromptMessage): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
