import { ChatError } from '#domain/errors.ts';
import type { TurnProblem } from './turn-view.ts';
import type { Words } from '../words.ts';

/**
 * Describes an error in the reader's language. Anything but a `ChatError` means that the server
 * could not be reached. `forbidden` keeps the server's English message, which names the cure.
 */
export function describeProblem(error: unknown, words: Words): TurnProblem {
  if (!(error instanceof ChatError)) return { message: words.unreachable, retryable: true };
  const { code, message, retryable, retryAfterSeconds } = error;
  if (code === 'quota_exceeded' && retryAfterSeconds !== undefined) {
    const liftsAt = new Date(Date.now() + retryAfterSeconds * 1_000);
    return { message: words.limitReached(liftsAt), retryable };
  }
  return { message: code === 'forbidden' ? message : words.problems[code], retryable };
}

/** Describes why an answer is missing, or was cut off if there is a part of it. */
export function describeCut(error: unknown, isPartial: boolean, words: Words): TurnProblem {
  const { message, retryable } = describeProblem(error, words);
  return { message: isPartial ? words.cutOffBecause(message) : message, retryable };
}
