import type { Clock } from '#domain/clock.ts';
import type { StreamEvent } from '#domain/conversation/stream-event.ts';

/**
 * Emits the events of an answer with how long its reasoning and its tool calls took: reasoning from
 * its first to its last delta, a call from the end of its input to its result. What was measured
 * before, in an answer that continues, is left as it is.
 */
export async function* timeBlocks(
  events: AsyncIterable<StreamEvent>,
  clock: Pick<Clock, 'now'>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const stopwatch = createStopwatch(clock);
  const toolUseIds = new Map<number, string>();
  for await (const event of events) {
    if (event.type === 'reasoning-delta') {
      yield { ...stopwatch.read(event.index), ...event };
      continue;
    }
    if (event.type === 'block-start') toolUseIds.set(event.index, event.toolUseId);
    if (event.type === 'block-start' || event.type === 'tool-input-delta') {
      stopwatch.start(toolUseIds.get(event.index) ?? '');
    }
    if (event.type !== 'block' || event.block.type !== 'tool-result') yield event;
    else yield { ...event, block: { ...stopwatch.read(event.block.toolUseId), ...event.block } };
  }
}

interface Stopwatch {
  start(name: string | number): void;
  /** Returns the time since the start, and starts if that was not done; empty if no time passed. */
  read(name: string | number): { readonly durationMs?: number };
}

function createStopwatch(clock: Pick<Clock, 'now'>): Stopwatch {
  const starts = new Map<string | number, number>();
  return {
    start: (name) => void starts.set(name, clock.now()),
    read(name) {
      const nowMs = clock.now();
      const startMs = starts.get(name) ?? nowMs;
      starts.set(name, startMs);
      return nowMs > startMs ? { durationMs: nowMs - startMs } : {};
    },
  };
}
