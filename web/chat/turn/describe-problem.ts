import { ChatError } from '#domain/errors.ts';
import type { TurnProblem } from './turn-view.ts';
import type { Words } from '../words.ts';

/** An error in the reader's language; where the page has no words for it, in the server's. */
export function describe(error: unknown, words: Words): TurnProblem {
  if (!(error instanceof ChatError)) return { message: words.unreachable, retryable: true };
  const { code, message, retryable } = error;
  return { message: words.problems[code] ?? message, retryable };
}
