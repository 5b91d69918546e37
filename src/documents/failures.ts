import {
  failureOf,
  isFailureReason,
  reasonOf,
  type DocumentFailure,
} from '#domain/document/document-failure.ts';
import { ChatError, toErrorCode } from '#domain/errors.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';

/** The error of a failed task in Step Functions. The cause is often JSON. */
export interface StepError {
  readonly Error?: string;
  readonly Cause?: string;
}

/** The prefix of the error names of our steps. The reason or the error code follows it. */
const prefix = 'Document.';

/** Returns the error that a step throws. `toDocumentFailure` reads it from the workflow's record. */
export function toStepError(error: ChatError): Error {
  const thrown = new Error(error.message, { cause: error.cause });
  thrown.name = `${prefix}${nameOf(error)}`;
  return thrown;
}

/** The workflow repeats a step after `internal`, and knows it by that name. */
function nameOf(error: ChatError): string {
  if (error.code === 'internal') return error.code;
  return error.reason ?? reasonOf(error) ?? error.code;
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
  if (!isExtracted && killed.test(name)) return failureOf('too_complex');
  if (name.startsWith(prefix)) return fromStepError(name.slice(prefix.length), messageIn(cause));
  if (/Throttling|ServiceQuota|TooManyRequests/u.test(name)) return failureOf('model_busy');
  if (name.startsWith('Bedrock.')) return failureOf('model_failed');
  return failureOf(name === 'States.Timeout' ? 'too_slow' : 'unexpected');
}

/** A workflow that began in an earlier version has the code in place of the reason. */
function fromStepError(name: string, message: string): DocumentFailure {
  if (isFailureReason(name)) return { ...failureOf(name), message };
  const code = toErrorCode(name);
  return { code, message, reason: reasonOf(new ChatError(code, message)) };
}

function messageIn(cause: string): string {
  const message = valueAt(tryParseJson(cause), ['errorMessage']);
  return typeof message === 'string' ? message : 'The document could not be processed.';
}
