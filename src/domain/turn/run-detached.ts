import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { isLogEvent, joinDeltas } from '#domain/conversation/turn-log.ts';

export interface DetachedTurn {
  /** The turn's events at the reader's pace. Deltas that wait for the reader are joined. */
  readonly events: AsyncGenerator<TurnEvent, void, undefined>;
  /** Resolves when the turn is over, whether or not a reader is connected. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Runs a turn at its own pace: a slow reader does not delay it, and a reader that leaves does not
 * end it. Throws the turn's error to the reader.
 */
export function runDetached(turn: AsyncIterable<TurnEvent>): DetachedTurn {
  const queue: TurnEvent[] = [];
  let changed = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let hasEnded = false;

  const run = async (): Promise<void> => {
    try {
      for await (const event of turn) {
        enqueue(queue, event);
        changed.resolve();
      }
    } catch (error) {
      failure = { error };
    }
    hasEnded = true;
    changed.resolve();
  };

  async function* read(): AsyncGenerator<TurnEvent, void, undefined> {
    for (;;) {
      const event = queue.shift();
      if (event !== undefined) {
        yield event;
        // The reader does not wait for the turn's cleanup.
        if (event.type === 'turn-stop' || event.type === 'error') return;
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (hasEnded) return;
      changed = Promise.withResolvers<void>();
      await changed.promise;
    }
  }

  return { events: read(), ended: run() };
}

function enqueue(queue: TurnEvent[], event: TurnEvent): void {
  const last = queue.at(-1);
  const joined =
    last !== undefined && isLogEvent(last) && isLogEvent(event)
      ? joinDeltas(last, event)
      : undefined;
  if (joined === undefined) queue.push(event);
  else queue[queue.length - 1] = joined;
}
