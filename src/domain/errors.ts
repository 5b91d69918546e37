/** Every way a request can fail, as strangers may know it. */
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

/** The code that a string from outside is; `internal` where it is none of ours. */
export function toErrorCode(text: string): ErrorCode {
  return errorCodes.find((code) => code === text) ?? 'internal';
}

export interface ChatErrorOptions {
  readonly cause?: unknown;
  /** When it is worth trying again, in seconds. */
  readonly retryAfterSeconds?: number;
  /** The turn that is in the way of a `conflict`. */
  readonly liveTurnId?: string;
  /** Whether the very same call may succeed when it is made again at once. */
  readonly isTransient?: boolean;
}

/**
 * The one error of the domain: a code for programs, a sentence for people, and the cause for the
 * log. The cause never leaves the system.
 */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly liveTurnId: string | undefined;
  readonly isTransient: boolean;

  constructor(code: ErrorCode, message: string, options: ChatErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ChatError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.liveTurnId = options.liveTurnId;
    this.isTransient = options.isTransient ?? false;
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

/** The error itself where it is one of ours; anything else is `internal`, with the cause kept. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError('internal', 'Something went wrong on our side.', { cause: error });
}
