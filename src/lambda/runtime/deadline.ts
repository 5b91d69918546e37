import { ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import type { Invocation } from '#lambda/runtime/http.ts';

/** An environment has its modules to itself, so this is its first invocation until one began. */
let isColdStart = true;

/**
 * Runs an invocation with a deadline. `marginMs` before Lambda's timeout, or a third of a short
 * one, its signal is aborted, so that the turn can be stored and the reader informed.
 */
export async function withinDeadline<Result>(
  context: LambdaContext,
  marginMs: number,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const isFirst = isColdStart;
  isColdStart = false;
  const remainingMs = context.getRemainingTimeInMillis();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new ChatError('timed_out', 'The answer took too long.')),
    Math.max(0, remainingMs - Math.min(marginMs, remainingMs / 3)),
  );
  try {
    return await run({
      requestId: context.awsRequestId,
      signal: deadline.signal,
      endsAtMs: Date.now() + remainingMs,
      isColdStart: isFirst,
    });
  } finally {
    clearTimeout(timer);
  }
}
