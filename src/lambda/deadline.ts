import { ChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';
import type { Invocation } from '#api/http/http.ts';

/** An environment has its modules to itself, so this is its first invocation until one began. */
let isColdStart = true;

interface InvocationSettings {
  /** The time that is reserved to end a turn. */
  readonly marginMs: number;
  /** Whether the answer is only sent when the invocation ends, so that no work may delay it. */
  readonly isBuffered?: boolean;
}

/**
 * Runs an invocation with a deadline. `marginMs` before Lambda's timeout, or a third of a short
 * one, its signal is aborted, so that the turn can be stored and the reader informed.
 */
export async function withinDeadline<Result>(
  context: LambdaContext,
  { marginMs, isBuffered = false }: InvocationSettings,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const isFirst = isColdStart;
  isColdStart = false;
  const later: (() => Promise<void>)[] = [];
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
      afterAnswer: (work) => later.push(work),
    });
  } finally {
    clearTimeout(timer);
    const ended = Promise.allSettled(later.map((work) => work()));
    if (!isBuffered) await ended;
  }
}
