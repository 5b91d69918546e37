import { ChatError } from '#domain/errors.ts';
import type { Invocation } from '#api/http/http.ts';

/** What is known of an invocation when it begins. */
export interface BegunInvocation {
  readonly requestId: string;
  /** How long it may take, from now on. */
  readonly remainingMs: number;
  readonly isColdStart: boolean;
}

interface InvocationSettings {
  /** The time that is reserved to end a turn. */
  readonly marginMs: number;
  /** Whether the answer is only sent when the invocation ends, so that no work may delay it. */
  readonly isBuffered?: boolean;
  /** Aborted, with a `ChatError`, if the invocation must end for another reason than its time. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an invocation with a deadline. `marginMs` before its time is up, or a third of a short time,
 * its signal is aborted, so that the turn can be stored and the reader informed.
 */
export async function runInvocation<Result>(
  { requestId, remainingMs, isColdStart }: BegunInvocation,
  { marginMs, isBuffered = false, signal }: InvocationSettings,
  run: (invocation: Invocation) => Promise<Result>,
): Promise<Result> {
  const later: (() => Promise<void>)[] = [];
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new ChatError('timed_out', 'The answer took too long.')),
    Math.max(0, remainingMs - Math.min(marginMs, remainingMs / 3)),
  );
  try {
    return await run({
      requestId,
      signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
      endsAtMs: Date.now() + remainingMs,
      isColdStart,
      afterAnswer: (work) => later.push(work),
    });
  } finally {
    clearTimeout(timer);
    const ended = Promise.allSettled(later.map((work) => work()));
    if (!isBuffered) await ended;
  }
}
