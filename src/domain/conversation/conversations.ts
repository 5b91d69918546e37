import type {
  Conversation,
  ConversationKey,
  ConversationSettings,
} from '#domain/conversation/conversation.ts';
import type { Feedback, LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';

/** Whether a turn creates its conversation, continues one, or does whichever is needed. */
export type ConversationMode = 'new' | 'existing' | 'either';

/** Identifies a repeated request. */
export interface Idempotency {
  /** Chosen by the caller, a new one for each request that is not a repetition. */
  readonly key: string;
  /** Differs between requests that use the same key for different things. */
  readonly fingerprint: string;
  /** The maximum age of an earlier answer that may be returned; any age by default. */
  readonly maxAgeMs?: number;
  /** The turn that the key belongs to so far. The key moves to the new turn. */
  readonly replaces?: string;
}

/**
 * A caller's key for a turn that may be in another conversation: the hidden one of a cached prompt.
 * It is stored at a conversation of its own, which has no turns.
 */
export interface BoundKey extends ConversationKey {
  readonly key: string;
  readonly fingerprint: string;
  readonly createdAtMs: number;
  /** When it may be forgotten. */
  readonly expiresAtMs: number;
}

/** The turn that such a key belongs to. */
export interface Binding {
  readonly turn: TurnKey;
  /** Another request began the turn, and pays for it. */
  readonly isCached: boolean;
}

/** A turn that is about to begin. */
export interface NewTurn extends ConversationKey {
  readonly mode: ConversationMode;
  readonly turn: Omit<LiveTurn, 'sequence' | 'parentId'>;
  /** The turn to follow: `null` for none, absent for the last one that began. */
  readonly parentId?: string | null;
  readonly idempotency?: Idempotency | undefined;
}

export type BeginResult =
  /**
   * The turn is now the live turn of the conversation, which has this title. `recent` are turns
   * before it, newest first; absent if they could not be read at the same time.
   */
  | {
      readonly type: 'begun';
      readonly live: LiveTurn;
      readonly title: string;
      readonly recent?: Page<Turn>;
    }
  /** The same request has already begun this turn. */
  | { readonly type: 'attached'; readonly key: TurnKey }
  /** Another turn is still live. */
  | { readonly type: 'busy'; readonly live: LiveTurn };

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Requests the next page; absent on the last one. */
  readonly cursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** What an owner changes in a conversation. What is absent stays as it is. */
export interface ConversationChange {
  readonly title?: string | undefined;
  /** Replace the earlier settings as a whole; without fields, there are none afterwards. */
  readonly settings?: ConversationSettings | undefined;
}

/** Stores conversations. Each call concerns one owner. */
export interface Conversations {
  /**
   * Stores the user's message and makes the turn the live turn of its conversation. Throws
   * `not_found` if the conversation does not exist, `conflict` if a new one already exists, and
   * `idempotency_mismatch` if the key belongs to a different request.
   */
  begin(beginning: NewTurn): Promise<BeginResult>;
  /**
   * Stores a key if it is new. Returns the turn that it belongs to; undefined if there is none yet.
   * Throws `idempotency_mismatch` if the key belongs to a different request.
   */
  openKey(key: BoundKey): Promise<Binding | undefined>;
  /**
   * Binds a key to a turn if it belongs to none yet, or to the one with the id `replaces`. Returns
   * what the key then belongs to, which may be the turn of a repetition. Throws like `openKey`.
   */
  bindKey(key: BoundKey, binding: Binding, replaces?: string): Promise<Binding>;
  /**
   * Stores how a live turn ended. Repeating the call changes nothing. Throws `conflict` if another
   * end is already stored.
   */
  finish(key: ConversationKey, turn: Turn): Promise<void>;
  /** Stores, with an ended turn, a summary of that turn and all turns before it. */
  summarize(key: TurnKey, summary: string): Promise<void>;
  /**
   * Stores feedback with an ended turn, in place of earlier feedback; undefined removes it. Returns
   * false if the turn is live or does not exist.
   */
  rate(key: ConversationKey, turnId: string, feedback: Feedback | undefined): Promise<boolean>;
  /** Returns a conversation; undefined if it does not exist. */
  find(key: ConversationKey): Promise<Conversation | undefined>;
  /** Returns an ended turn; undefined if it is live or does not exist. */
  turn(key: TurnKey): Promise<Turn | undefined>;
  /** Returns a page of a conversation's ended turns, newest first. */
  turns(key: ConversationKey, page: PageRequest): Promise<Page<Turn>>;
  /** Returns a page of the owner's conversations, most recently used first. */
  list(owner: string, page: PageRequest): Promise<Page<Conversation>>;
  /** Changes a conversation in one write. A title is from then on one that a person chose. Throws `not_found`. */
  change(key: ConversationKey, change: ConversationChange): Promise<void>;
  /** Replaces a title, unless it has changed or a person chose it. */
  retitle(
    key: ConversationKey,
    titles: { readonly from: string; readonly to: string },
  ): Promise<void>;
  /** Deletes a conversation and its turns. Throws `not_found`, and `conflict` while a turn is live. */
  remove(key: ConversationKey): Promise<void>;
}
