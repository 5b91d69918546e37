import { ChatError, type ErrorCode, type LimitName } from '#domain/errors.ts';

/** Why a document could not be processed. */
export interface DocumentFailure {
  readonly code: ErrorCode;
  /** Absent if only the code is known, as in documents of earlier versions. */
  readonly reason?: FailureReason | undefined;
  /** A sentence for people, in English. */
  readonly message: string;
}

/**
 * What is wrong with a document, or went wrong with its workflow. Clients pick their words by the
 * reason. No reason has the name of an error code.
 */
const failures = {
  empty: invalid('The document is empty.'),
  file_too_large: tooLarge('The document must be at most 25 MB.'),
  above_limits: tooLarge(
    'The document is too large: at most 25 MB, 5,000 pages and about 2.4 million characters.',
  ),
  too_complex: tooLarge(
    'The document is too large: reading it takes too much memory or time. ' +
      'Split it, or upload its text.',
  ),
  no_text: invalid('The document has no text.'),
  scanned: invalid('The PDF has no text. A scan must be made searchable (OCR) first.'),
  protected: invalid('The PDF is protected by a password. Upload an unprotected copy.'),
  damaged: invalid('The PDF could not be read: it is damaged, or not a PDF.'),
  unsupported_encoding: invalid('The PDF has text in an encoding that is not supported.'),
  binary: invalid(
    'The document could not be read: it is a binary file, not the text that its name promises.',
  ),
  unknown_encoding: invalid(
    'The document could not be read: it is not UTF-8 text, and its encoding is not recognized. ' +
      'Save it as UTF-8.',
  ),
  not_uploaded: { code: 'not_found', message: 'The document was not uploaded.' },
  model_busy: { code: 'throttled', message: 'The model was too busy. Try again later.' },
  model_failed: { code: 'model_error', message: 'The model could not answer.' },
  too_slow: { code: 'timed_out', message: 'Processing the document took too long.' },
  workflow_stopped: {
    code: 'internal',
    message: 'The workflow was stopped before it had finished.',
  },
  unexpected: { code: 'internal', message: 'Something went wrong on our side.' },
  minute_limit: quota('Too many requests in a minute.'),
  token_limit: quota('The token limit for today is used up.'),
  budget: quota('The budget for today is used up.'),
  above_daily_limit: quota('This request may cost more than the daily limit.'),
} as const satisfies Readonly<Record<string, Failure>>;

export type FailureReason = keyof typeof failures;

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Every reason. */
export const failureReasons = Object.keys(failures).filter(isFailureReason);

/** Returns whether a text is a reason. */
export function isFailureReason(text: string): text is FailureReason {
  return Object.hasOwn(failures, text);
}

/** Returns the failure for a reason. */
export function failureOf(reason: FailureReason): DocumentFailure {
  return { ...failures[reason], reason };
}

/** Returns the error for a reason. `detail` replaces its sentence. */
export function documentError(
  reason: FailureReason,
  { cause, detail }: { readonly cause?: unknown; readonly detail?: string } = {},
): ChatError {
  const { code, message } = failures[reason];
  return new ChatError(code, detail ?? message, { cause, reason });
}

const reasonOfCode: Readonly<Partial<Record<ErrorCode, FailureReason>>> = {
  internal: 'unexpected',
  model_error: 'model_failed',
  throttled: 'model_busy',
  timed_out: 'too_slow',
};

/** Returns the reason of an error without one of its own; undefined if its code is not enough. */
export function reasonOf({ code, limit, retryAfterSeconds }: ChatError): FailureReason | undefined {
  if (limit === undefined) return reasonOfCode[code];
  // Without a time to wait, the same request never succeeds.
  if (retryAfterSeconds === undefined) return 'above_daily_limit';
  return limitReasons[limit];
}

const limitReasons: Readonly<Record<LimitName, FailureReason>> = {
  requestsPerMinute: 'minute_limit',
  tokensPerDay: 'token_limit',
  usdPerDay: 'budget',
};

function invalid(message: string): Failure {
  return { code: 'invalid_request', message };
}

function tooLarge(message: string): Failure {
  return { code: 'too_large', message };
}

function quota(message: string): Failure {
  return { code: 'quota_exceeded', message };
}
