import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';

/** Whether a turn opens its conversation, goes on with one, or does whichever is needed. */
export type ConversationMode = 'new' | 'existing' | 'either';

/** What makes a request the same as one that came before. */
export interface Idempotency {
  /** Chosen by the caller, once for each request that is meant to be another one. */
  readonly key: string;
  /** Tells requests apart that come with the same key. */
  readonly fingerprint: string;
  /** How old the answer may be that a request is content with; any age unless told. */
  readonly maxAgeMs?: number;
  /** The turn that the key stood for until now, and shall no more. */
  readonly replaces?: string;
}

export interface TurnBeginning extends ConversationKey {
  readonly mode: ConversationMode;
  readonly turn: Omit<LiveTurn, 'sequence' | 'parentId'>;
  /** The turn to follow; `null` for none of them, left out for the last one that began. */
  readonly parentId?: string | null;
  readonly idempotency?: Idempotency | undefined;
}

export type Beginning =
  /**
   * The turn is the conversation's live one; `recent` are turns before it, newest first, absent
   * where they could not be read along.
   */
  | { readonly type: 'begun'; readonly live: LiveTurn; readonly recent?: Page<Turn> }
  /** The same request began this turn before. */
  | { readonly type: 'attached'; readonly key: TurnKey }
  /** Another turn has not ended. */
  | { readonly type: 'busy'; readonly live: LiveTurn };

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
   * for an unknown conversation, `conflict` for a new one that exists, and
   * `idempotency_mismatch` for a key that was used for something else.
   */
  begin(beginning: TurnBeginning): Promise<Beginning>;
  /**
   * Stores how a live turn ended; the same end again changes nothing. Throws `conflict` when the
   * turn was ended otherwise.
   */
  finish(key: ConversationKey, turn: Turn): Promise<void>;
  /** Keeps, with a turn that has ended, what sums up this turn and all before it. */
  summarize(key: TurnKey, summary: string): Promise<void>;
  find(key: ConversationKey): Promise<Conversation | undefined>;
  /** How a turn ended; undefined while it is live, and where there is none. */
  turn(key: TurnKey): Promise<Turn | undefined>;
  /** A page of a conversation's turns, newest first. */
  turns(key: ConversationKey, page: PageRequest): Promise<Page<Turn>>;
  /** A page of the owner's conversations, the most recently used first. */
  list(owner: string, page: PageRequest): Promise<Page<Conversation>>;
  /** Gives a conversation another title. Throws `not_found`. */
  rename(key: ConversationKey, title: string): Promise<void>;
  /** Removes a conversation and its turns. Throws `not_found`, and `conflict` while a turn is live. */
  remove(key: ConversationKey): Promise<void>;
}
