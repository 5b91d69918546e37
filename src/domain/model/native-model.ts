import type { Usage } from '#domain/conversation/usage.ts';

/** What a model says outside of a turn: text, and that it is whole. */
export type TextEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly usage?: Usage };

/** A request in a model's own words. */
export interface NativeRequest {
  readonly modelId: string;
  /** What the model's provider documents. */
  readonly body: object;
  readonly contentType: string;
  readonly accept: string;
}

/** A model that is asked in its own words, and answers in them. */
export interface NativeModel {
  /** The text of the answer, as it is said. An answer that is cut short throws a `ChatError`. */
  stream(request: NativeRequest, signal: AbortSignal): AsyncIterable<TextEvent>;
  /** The whole answer, as the model gives it. */
  invoke(
    request: NativeRequest,
    signal: AbortSignal,
  ): Promise<{ readonly body: string; readonly usage?: Usage }>;
  /** The most tokens that a request lets the model say, where it says so. */
  outputLimit(body: object): number | undefined;
  /** What a model is sent for a plain prompt; undefined where its format is not known. */
  bodyFor(modelId: string, prompt: string, maxTokens: number): object | undefined;
}
