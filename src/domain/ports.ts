import type { Conversation, ConversationKey } from '#domain/conversation.ts';
import type { Message } from '#domain/message.ts';
import type { StreamEvent } from '#domain/stream-event.ts';
import type { LiveTurn, Turn } from '#domain/turn.ts';

/** How the model is to answer; what is left out is the model's own default. */
export interface InferenceConfig {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

export interface ModelRequest {
  readonly modelId: string;
  readonly messages: readonly Message[];
  readonly system?: string;
  readonly inference: InferenceConfig;
}

/** Something that answers. */
export interface Model {
  /**
   * Streams one answer. It ends after `message-stop`; an answer that is cut short throws a
   * `ChatError`, and so does an aborted signal. Leaving the loop ends the call to the model.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamEvent>;
}

/** Whether a turn opens its conversation, goes on with one, or does whichever is needed. */
export type ConversationMode = 'new' | 'existing' | 'either';

export interface TurnBeginning extends ConversationKey {
  readonly mode: ConversationMode;
  readonly turn: Omit<LiveTurn, 'sequence'>;
}

export interface BegunTurn {
  readonly live: LiveTurn;
  /** The most recent turns before this one, oldest first. */
  readonly history: readonly Turn[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Asks for the next page; absent on the last one. */
  readonly cursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** Keeps conversations, one owner's at a time. */
export interface Conversations {
  /**
   * Makes the user's message durable and the turn the conversation's live one. Throws `not_found`
   * for an unknown conversation and `conflict` while another turn is live; a live turn whose
   * lease is over is first kept as `interrupted`.
   */
  begin(beginning: TurnBeginning): Promise<BegunTurn>;
  /** Stores how the live turn ended. Throws `conflict` when it is not the live turn any more. */
  finish(key: ConversationKey, turn: Turn): Promise<void>;
  find(key: ConversationKey): Promise<Conversation | undefined>;
  /** A page of a conversation's turns, newest first. */
  turns(key: ConversationKey, page: PageRequest): Promise<Page<Turn>>;
  /** A page of the owner's conversations, the most recently used first. */
  list(owner: string, page: PageRequest): Promise<Page<Conversation>>;
  /** Gives a conversation another title. Throws `not_found`. */
  rename(key: ConversationKey, title: string): Promise<void>;
  /** Removes a conversation and its turns. Throws `not_found`, and `conflict` while a turn is live. */
  remove(key: ConversationKey, nowMs: number): Promise<void>;
}
