import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { isLogEvent, joined } from '#domain/conversation/turn-log.ts';

export interface RunningTurn {
  /** The turn's events at the reader's pace; deltas that wait for him are joined. */
  readonly events: AsyncGenerator<TurnEvent, void, undefined>;
  /** Resolves when the turn is over, whether or not anybody has read it. */
  readonly ended: Promise<void>;
}

/**
 * Lets a turn run at its own pace: a reader who is slow does not hold it up, and one who leaves
 * does not end it. A failure is thrown to the reader.
 */
export function runDetached(turn: AsyncIterable<TurnEvent>): RunningTurn {
  const waiting: TurnEvent[] = [];
  let news = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let isOver = false;

  const run = async (): Promise<void> => {
    try {
      for await (const event of turn) {
        push(waiting, event);
        news.resolve();
      }
    } catch (error) {
      failure = { error };
    }
    isOver = true;
    news.resolve();
  };

  async function* read(): AsyncGenerator<TurnEvent, void, undefined> {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) {
        yield event;
        // What the turn does after its end is not for the reader to wait for.
        if (event.type === 'turn-stop' || event.type === 'error') return;
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (isOver) return;
      news = Promise.withResolvers<void>();
      await news.promise;
    }
  }

  return { events: read(), ended: run() };
}

function push(waiting: TurnEvent[], event: TurnEvent): void {
  const last = waiting.at(-1);
  const both =
    last !== undefined && isLogEvent(last) && isLogEvent(event) ? joined(last, event) : undefined;
  if (both === undefined) waiting.push(event);
  else waiting[waiting.length - 1] = both;
}
