import { ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import type { Invocation } from '#lambda/runtime/http.ts';

/**
 * Runs an invocation with a deadline. `marginMs` before Lambda's timeout, or a third of a short
 * one, its signal is aborted, so that the turn can be stored and the reader informed.
 */
export async function withinDeadline<Result>(
  context: LambdaContext,
  marginMs: number,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
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
    });
  } finally {
    clearTimeout(timer);
  }
}
