import type { DocumentFailure } from '#domain/document/document.ts';
import { toErrorCode, type ChatError } from '#domain/errors.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';

/** How Step Functions tells of a task that failed; the cause is often JSON. */
export interface StepError {
  readonly Error?: string;
  readonly Cause?: string;
}

/** The names of errors that our steps throw, with their code: the rest of it is for a person. */
const prefix = 'Document.';

/** An error as a step throws it, so that the workflow's record of it can be read again. */
export function toStepError(error: ChatError): Error {
  const thrown = new Error(error.message, { cause: error.cause });
  thrown.name = `${prefix}${error.code}`;
  return thrown;
}

/** What a person is told: our own words, or ours for what happened at Bedrock, and no cause. */
export function toDocumentFailure({
  Error: name = '',
  Cause: cause = '',
}: StepError): DocumentFailure {
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
    return { code: 'timed_out', message: 'The time for this document was up.' };
  }
  return { code: 'internal', message: 'Something went wrong on our side.' };
}

function messageIn(cause: string): string {
  const message = valueAt(tryParseJson(cause), ['errorMessage']);
  return typeof message === 'string' ? message : 'The document could not be worked on.';
}
