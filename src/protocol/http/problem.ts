import { ChatError, type ErrorCode } from '#domain/errors.ts';
import type { FailureJson, Problem } from '#protocol/http/problem-schema.ts';

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

/** Returns the error of a task or a document in the public JSON. */
export function toFailureJson(failure: {
  readonly code: ErrorCode;
  readonly message: string;
}): FailureJson {
  return { code: failure.code, detail: failure.message };
}

/** The media type of an error. */
export const problemContentType = 'application/problem+json';

/** Returns an error in the public JSON, never with its cause. */
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

/** Returns the error for a reader whose connection broke. The turn itself continues. */
export function connectionLost(): ChatError {
  const message = 'The connection ended before the answer did.';
  return new ChatError('internal', message, { isTransient: true });
}
