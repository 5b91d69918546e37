import { ChatError, type ErrorCode } from '#domain/errors.ts';

const kinds: Record<ErrorCode, { readonly status: number; readonly title: string }> = {
  invalid_request: { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  gone: { status: 410, title: 'Gone' },
  conflict: { status: 409, title: 'Conflict' },
  idempotency_mismatch: { status: 422, title: 'Idempotency key used for another request' },
  too_large: { status: 413, title: 'Too large' },
  quota_exceeded: { status: 429, title: 'Quota exceeded' },
  throttled: { status: 429, title: 'Too many requests' },
  model_unavailable: { status: 503, title: 'Model unavailable' },
  model_error: { status: 502, title: 'Model error' },
  content_filtered: { status: 422, title: 'Content filtered' },
  timed_out: { status: 504, title: 'Timed out' },
  internal: { status: 500, title: 'Internal error' },
};

/** An error as it leaves the system: RFC 9457, plus `error` for clients that want one string. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly request_id: string;
  readonly error: string;
  /** The turn that is in the way of a `conflict`. */
  readonly turn_id?: string;
}

export const problemContentType = 'application/problem+json';

/** What a stranger may know of an error: never its cause. */
export function toProblem(error: ChatError, requestId: string): Problem {
  const { status, title } = kinds[error.code];
  return {
    type: `urn:streambed:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    error: error.message,
    ...(error.liveTurnId === undefined ? {} : { turn_id: error.liveTurnId }),
  };
}

/** What a reader is told who was cut off: the turn itself goes on. */
export function connectionLost(): ChatError {
  const message = 'The connection ended before the answer did.';
  return new ChatError('internal', message, { isTransient: true });
}
