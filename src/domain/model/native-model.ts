import type { StopReason } from '#domain/conversation/stream-event.ts';
import type { Usage } from '#domain/conversation/usage.ts';

/** What a model emits outside of a turn: text, and one `end` if the answer is complete. */
export type TextEvent =
  | { readonly type: 'text'; readonly text: string }
  /** The stop reason is absent if the model's family has its own names for them. */
  | { readonly type: 'end'; readonly usage?: Usage; readonly stopReason?: StopReason };

/** A request in the format of the model's provider. */
export interface NativeRequest {
  readonly modelId: string;
  /** As the provider documents it. */
  readonly body: object;
  readonly contentType: string;
  readonly accept: string;
}

/** A model that is called in its provider's own format. */
export interface NativeModel {
  /** Streams the text of the answer. Throws a `ChatError` if the answer is cut short. */
  stream(request: NativeRequest, signal: AbortSignal): AsyncIterable<TextEvent>;
  /** Returns the whole answer in the provider's own format. */
  invoke(
    request: NativeRequest,
    signal: AbortSignal,
  ): Promise<{ readonly body: string; readonly usage?: Usage }>;
  /** Returns the maximum of output tokens that a request sets; undefined if it sets none. */
  outputLimit(body: object): number | undefined;
  /** Returns the request for a plain prompt; undefined if the model's format is unknown. */
  bodyFor(modelId: string, prompt: string, maxTokens: number): object | undefined;
}
