import type { DocumentFailure } from '#domain/document/document.ts';
import { tooHeavy } from '#documents/reading/limits.ts';
import { toErrorCode, type ChatError } from '#domain/errors.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';

/** The error of a failed task in Step Functions. The cause is often JSON. */
export interface StepError {
  readonly Error?: string;
  readonly Cause?: string;
}

/** The prefix of the error names of our steps. The error code follows it. */
const prefix = 'Document.';

/** Returns the error that a step throws. `toDocumentFailure` reads it from the workflow's record. */
export function toStepError(error: ChatError): Error {
  const thrown = new Error(error.message, { cause: error.cause });
  thrown.name = `${prefix}${error.code}`;
  return thrown;
}

/**
 * Errors of a function that was killed, at its timeout or for its memory: Lambda's own, and those
 * that Step Functions reports in place of them.
 */
const killed =
  /^(?:Lambda\.Unknown|Sandbox\.Timedout|States\.Timeout|Runtime\.(?:ExitError|OutOfMemory|OutOfMemoryError|Unknown))$/u;

/**
 * Returns the failure that people see: the message of our step, or one for an error of Bedrock.
 * `isExtracted` is whether the text was extracted before.
 */
export function toDocumentFailure(
  { Error: name = '', Cause: cause = '' }: StepError,
  isExtracted: boolean,
): DocumentFailure {
  if (!isExtracted && killed.test(name)) {
    const { code, message } = tooHeavy(name);
    return { code, message };
  }
  if (name.startsWith(prefix)) {
    return { code: toErrorCode(name.slice(prefix.length)), message: messageIn(cause) };
  }
  if (/Throttling|ServiceQuota|TooManyRequests/u.test(name)) {
    return { code: 'throttled', message: 'The model was too busy. Try again later.' };
  }
  if (name.startsWith('Bedrock.')) {
    return { code: 'model_error', message: 'The model could not answer.' };
  }
  if (name === 'States.Timeout') {
    return { code: 'timed_out', message: 'Processing the document took too long.' };
  }
  return { code: 'internal', message: 'Something went wrong on our side.' };
}

function messageIn(cause: string): string {
  const message = valueAt(tryParseJson(cause), ['errorMessage']);
  return typeof message === 'string' ? message : 'The document could not be processed.';
}
