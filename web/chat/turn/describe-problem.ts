import { ChatError } from '#domain/errors.ts';
import type { Words } from '../words.ts';

/** What went wrong with a request of the page, in words. */
export interface Problem {
  readonly message: string;
  readonly retryable: boolean;
}

/**
 * Describes an error in the reader's language. Anything but a `ChatError` means that the server
 * could not be reached. `forbidden` keeps the server's English message, which names the cure.
 */
export function describeProblem(error: unknown, words: Words): Problem {
  if (!(error instanceof ChatError)) return { message: words.unreachable, retryable: true };
  const { code, message, retryable, retryAfterSeconds } = error;
  if (code === 'quota_exceeded' && retryAfterSeconds !== undefined) {
    const liftsAt = new Date(Date.now() + retryAfterSeconds * 1_000);
    return { message: words.limitReached(liftsAt), retryable };
  }
  return { message: code === 'forbidden' ? message : words.problems[code], retryable };
}
