/** Who is calling, as the door that let them in knows it. */
export type Caller =
  | { readonly type: 'iam'; readonly arn: string }
  | { readonly type: 'api-key'; readonly id: string }
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'anonymous' };

/** A request, whichever door it came through. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  readonly caller: Caller;
}

/** An answer, whichever way it goes out. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string>;
  /** Written while the body is silent. */
  readonly ping?: string;
  /** What goes on beside the body, and must be over before the invocation is. Never rejects. */
  readonly ended?: Promise<void>;
}

/** One run of a handler. */
export interface Invocation {
  readonly requestId: string;
  /** Aborted, with a `timed_out` error as its reason, a little before Lambda's time is up. */
  readonly signal: AbortSignal;
  /** When Lambda ends the invocation, in milliseconds since 1970. */
  readonly endsAtMs: number;
}

/** Answers a request. Throws a `ChatError` for what becomes a problem. */
export type Answer = (request: HttpRequest, invocation: Invocation) => Promise<HttpResponse>;
