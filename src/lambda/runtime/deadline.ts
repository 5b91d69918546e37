import { ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import type { Invocation } from '#lambda/runtime/http.ts';

/**
 * Runs something within an invocation's time. `marginMs` of it, or a third when there is little,
 * is kept back to store the turn and to tell the reader.
 */
export async function withinDeadline<Result>(
  context: LambdaContext,
  marginMs: number,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const remainingMs = context.getRemainingTimeInMillis();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new ChatError('timed_out', 'The time for this answer is up.')),
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
