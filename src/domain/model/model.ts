import type { ContentBlock, PromptMessage } from '#domain/conversation/message.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';
import type { ModelSettings } from '#domain/model-settings.ts';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { Decision, ToolUse } from '#domain/model/tools.ts';
import type { OperationListener } from '#domain/operation/operation.ts';

/** Sampling and length settings; an absent one is the model's own default. */
export interface InferenceConfig {
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
}

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the input. */
  readonly inputSchema: object;
}

export type ToolChoice =
  | { readonly type: 'auto' | 'any' }
  | { readonly type: 'tool'; readonly name: string };

/**
 * The settings that a request passes to the model unchanged. A new field is added here, in
 * `src/protocol/chat/chat-options.ts` and in `src/aws/model/converse-request.ts`, nowhere else.
 */
export interface ModelOptions extends ModelSettings {
  readonly inference: InferenceConfig;
  readonly system?: string | undefined;
  /** The caller's own tools, which the caller runs. */
  readonly tools?: readonly Tool[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  /** JSON Schema of the answer. */
  readonly outputSchema?: { readonly name: string; readonly schema: object } | undefined;
  /** Marks the call in Bedrock's invocation log. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What answers together with the model, or in its place. */
export interface ModelExtensions {
  /** The knowledge base to answer from. */
  readonly knowledge?: KnowledgeUse | undefined;
  /** The agent that answers in place of the model. */
  readonly agent?: AgentUse | undefined;
  /** Streambed's own tools that the model may call. */
  readonly toolUse?: ToolUse | undefined;
}

/** Is informed of what an answer does not show. Its functions never throw. */
export interface CallObserver extends OperationListener {
  /** Called before a failed call is repeated. */
  onRetry(): void;
  /** Called before another model is asked in place of one that failed. */
  onFallback(): void;
}

/** One call to a model. */
export interface ModelRequest extends ModelOptions, ModelExtensions {
  readonly owner: string;
  readonly modelId: string;
  readonly messages: readonly PromptMessage[];
  /** Some of the messages are stored ones, which the caller has not sent. */
  readonly hasStoredMessages?: boolean | undefined;
  /** An answer that waited for approval, as far as it got, and the decisions. */
  readonly pending?: PendingAnswer | undefined;
  /** The beginning of the answer, from an earlier turn. The model must not repeat it. */
  readonly answerSoFar?: string | undefined;
  readonly observer?: CallObserver | undefined;
}

/** An answer whose tool calls waited for approval. */
export interface PendingAnswer {
  readonly content: readonly ContentBlock[];
  readonly decisions: readonly Decision[];
}

/** An agent, and the session in which it knows this conversation. No other owner shares it. */
export interface AgentUse {
  readonly name: string;
  readonly sessionId: string;
}

/** Anything that answers: a Bedrock model, an agent, or a decorated model. */
export interface Model {
  /**
   * Streams one answer, which ends after `message-stop`. Throws a `ChatError` if the answer is
   * cut short or the signal is aborted. Leaving the loop ends the call.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamEvent>;
}
