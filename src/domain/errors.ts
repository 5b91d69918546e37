/** Every way a request can fail, as callers see it. */
export const errorCodes = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'not_found',
  'gone',
  'conflict',
  'idempotency_mismatch',
  'too_large',
  'quota_exceeded',
  'throttled',
  'model_unavailable',
  'model_error',
  'content_filtered',
  'timed_out',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Returns the error code with this name; `internal` if there is none. */
export function toErrorCode(text: string): ErrorCode {
  return errorCodes.find((code) => code === text) ?? 'internal';
}

/** The spending limits of an owner, as the settings of a deployment name them. */
export type LimitName = 'requestsPerMinute' | 'tokensPerDay' | 'usdPerDay';

export interface ChatErrorOptions {
  readonly cause?: unknown;
  /** What exactly is wrong, for clients that have words of their own, such as `scanned`. */
  readonly reason?: string | undefined;
  /** How long to wait before a retry, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** The live turn that causes a `conflict`. */
  readonly liveTurnId?: string | undefined;
  /** Whether the same call may succeed if it is repeated at once. */
  readonly isTransient?: boolean;
  /** Whether the model had begun to answer. */
  readonly hasOutput?: boolean;
  /** Why the model refused the request, in its own words; only for whoever wrote the request. */
  readonly refusal?: string | undefined;
  /** The limit that a `quota_exceeded` is about. */
  readonly limit?: LimitName | undefined;
  /** The request that failed, by the name that its server gave it; only known to its client. */
  readonly requestId?: string | undefined;
}

/**
 * The one error of the domain: a code for programs, a sentence for people, and a cause for the
 * log. The cause never leaves the system.
 */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly liveTurnId: string | undefined;
  readonly isTransient: boolean;
  readonly hasOutput: boolean;
  readonly refusal: string | undefined;
  readonly limit: LimitName | undefined;
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ChatError';
    this.code = code;
    this.reason = options.reason;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.liveTurnId = options.liveTurnId;
    this.isTransient = options.isTransient ?? false;
    this.hasOutput = options.hasOutput ?? false;
    this.refusal = options.refusal;
    this.limit = options.limit;
    this.requestId = options.requestId;
  }

  /** Whether the same request may succeed later, unchanged. */
  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'conflict',
  'internal',
  'model_error',
  'model_unavailable',
  'quota_exceeded',
  'throttled',
  'timed_out',
]);

/** Returns the error itself if it is a `ChatError`; otherwise `internal`, with the cause kept. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError('internal', 'Something went wrong on our side.', { cause: error });
}

/** Returns whether an error means that another process's write came first. */
export function isConflict(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'conflict';
}

/** Returns the error for an answer that ended without a stop reason. */
export function answerCutShort(): ChatError {
  return new ChatError('model_error', 'The answer was cut short.');
}

/** Returns what a check of a field returns. Errors that it throws name the field. */
export function withinField<Result>(field: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== 'invalid_request') throw error;
    throw new ChatError('invalid_request', `${field}.${error.message}`, { cause: error });
  }
}

/** Returns the error for a field of a request that has an invalid value. */
export function invalidRequest(field: string, expectation: string): ChatError {
  return new ChatError('invalid_request', `${field}: ${expectation}`);
}
