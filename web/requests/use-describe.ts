'use client';

import { ChatError } from '#domain/errors.ts';
import { describeProblem } from '../chat/turn/describe-problem.ts';
import { problemWords } from '../chat/problem-words.ts';
import { useWords } from '../words/use-words.ts';
import { requestWords } from './words.ts';

/** Returns a function that says in the reader's language why a request failed. */
export function useDescribe(): (error: unknown) => string {
  const words = useWords(problemWords);
  const { problems } = useWords(requestWords);
  return (error) => {
    const own = error instanceof ChatError ? problems[error.code] : undefined;
    return own ?? describeProblem(error, words).message;
  };
}
