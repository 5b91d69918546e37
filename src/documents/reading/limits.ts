import { documentError } from '#domain/document/document-failure.ts';
import type { ChatError } from '#domain/errors.ts';

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
  return documentError('above_limits');
}

/** Returns the error for a document that needs more memory or time than the step has. */
export function tooHeavy(cause: unknown): ChatError {
  return documentError('too_complex', { cause });
}
