import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { ContentBlock, PromptMessage } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Decision, ToolUse } from '#domain/model/tools.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';

/** How the model is to answer; what is left out is the model's own default. */
export interface InferenceConfig {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

/** What a model may ask for, and how it is called. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the input. */
  readonly inputSchema: object;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'any' }
  | { readonly type: 'tool'; readonly name: string };

/** What a model is to answer with, beyond the words. */
export interface ModelForm {
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** JSON Schema of the answer. */
  readonly outputSchema?: { readonly name: string; readonly schema: object };
}

export interface ModelRequest extends ModelForm {
  readonly modelId: string;
  readonly messages: readonly PromptMessage[];
  readonly system?: string;
  readonly inference: InferenceConfig;
  /** The knowledge base that it is to answer from. */
  readonly knowledge?: KnowledgeUse;
  /** An agent that answers in the model's place. */
  readonly agent?: AgentUse;
  /** Tools of ours that it may call. */
  readonly toolUse?: ToolUse;
  /** An answer that waited for a person, as far as it had come, and what he said. */
  readonly pending?: {
    readonly content: readonly ContentBlock[];
    readonly decisions: readonly Decision[];
  };
  /** What the answer begins with: it was said before, and is not to be said again. */
  readonly answerSoFar?: string;
}

/** An agent, and the session that it knows a conversation by: nobody else's. */
export interface AgentUse {
  readonly name: string;
  readonly sessionId: string;
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
  readonly idempotency?: Idempotency;
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
