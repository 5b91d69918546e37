import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { ContentBlock, PromptMessage } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { Decision, ToolUse } from '#domain/model/tools.ts';

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
export interface OutputOptions {
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** JSON Schema of the answer. */
  readonly outputSchema?: { readonly name: string; readonly schema: object };
}

export interface ModelRequest extends OutputOptions {
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
