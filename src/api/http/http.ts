import type { Caller } from '#domain/identity.ts';
import type { InvocationTraces } from '#api/tracing/traces.ts';

/** A request, from a Function URL or a REST API. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Names are lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Reading it throws `invalid_request` if it is not UTF-8, so that each API words the error. */
  readonly body: string;
  readonly caller: Caller;
}

/** A response, sent in one piece or as a stream. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string>;
  /** Written while the body is silent. */
  readonly ping?: string | undefined;
  /** Work beside the body, which must finish before the invocation does. Never rejects. */
  readonly ended?: Promise<void> | undefined;
}

/** One invocation of the function. */
export interface Invocation {
  readonly requestId: string;
  /** Aborted, with a `timed_out` error as its reason, shortly before Lambda's timeout. */
  readonly signal: AbortSignal;
  /** When Lambda ends the invocation, in milliseconds since 1970. */
  readonly endsAtMs: number;
  /** Whether it is the first one of its execution environment. */
  readonly isColdStart?: boolean | undefined;
  /** The traces of its turns; absent if turns are not traced. */
  readonly traces?: InvocationTraces | undefined;
  /** Registers work for the time after the answer was sent. It must not reject. */
  afterAnswer?(work: () => Promise<void>): void;
}

/** Answers a request. A `ChatError` that it throws becomes a problem response. */
export type Answer = (request: HttpRequest, invocation: Invocation) => Promise<HttpResponse>;
