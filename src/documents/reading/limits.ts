import { maxDocumentBytes } from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';

/** The maximum number of parts, each of which is one model call. */
export const maxParts = 40;

/** The maximum length of a part. It fits into one model call, in any script. */
export const maxPartLength = 60_000;

/** A longer text has more parts than the maximum, wherever they end. */
export const maxTextLength = maxParts * maxPartLength;

/** pdf.js takes a time per page that grows with the number of pages. */
export const maxPages = 5_000;

/** Returns the error for a document with too many bytes, too many pages or too much text. */
export function tooLarge(): ChatError {
  const megabytes = maxDocumentBytes / 1_048_576;
  const limits = `at most ${megabytes} MB, 5,000 pages and about 2.4 million characters`;
  return new ChatError('too_large', `The document is too large: ${limits}.`);
}

/** Returns the error for a document that needs more memory or time than the step has. */
export function tooHeavy(cause: unknown): ChatError {
  const message =
    'The document is too large: reading it takes too much memory or time. ' +
    'Split it, or upload its text.';
  return new ChatError('too_large', message, { cause });
}
