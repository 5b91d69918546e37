import { ChatError } from '#domain/errors.ts';
import type { ProblemWords } from '../problem-words.ts';

/** What went wrong with a request of the page, in words. */
export interface Problem {
  readonly message: string;
  readonly retryable: boolean;
}

/**
 * Describes an error in the reader's language. Anything but a `ChatError` means that the server
 * could not be reached. `forbidden` keeps the server's English message, which names the cure.
 */
export function describeProblem(
  error: unknown,
  { problems, resets, sentences }: ProblemWords,
): Problem {
  const say = (code: keyof typeof problems, next = problems[code].next): string =>
    next === undefined ? problems[code].what : sentences(problems[code].what, next);
  if (!(error instanceof ChatError)) return { message: say('unreachable'), retryable: true };
  const { code, message, retryable, retryAfterSeconds } = error;
  if (code === 'forbidden') return { message, retryable };
  if (code === 'quota_exceeded' && retryAfterSeconds !== undefined) {
    const liftsAt = new Date(Date.now() + retryAfterSeconds * 1_000);
    return { message: say(code, resets(liftsAt)), retryable };
  }
  return { message: say(code), retryable };
}
