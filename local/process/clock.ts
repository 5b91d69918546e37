import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time, as far as anything here waits for it or measures it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when the time has passed, or the signal is aborted, whichever is first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(ms, signal) {
    const options = signal === undefined ? {} : { signal };
    let left = ms;
    while (left > 0) {
      const isOver = await sleepFor(timerMs(left), false, options).catch(() => true);
      left = isOver ? 0 : left - longestTimerMs;
    }
  },
};

/** Node fires a timer that is longer at once. */
const longestTimerMs = 2_147_483_647;

/** As long as one timer may be: 24 days. */
export function timerMs(ms: number): number {
  return Math.min(ms, longestTimerMs);
}

/** A clock for tests, in which waiting takes no time and moves the hands. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    async sleep(ms, signal) {
      if (signal?.aborted === true) return;
      nowMs += ms;
      await new Promise(setImmediate);
    },
  };
}

export interface ManualClock extends Clock {
  /** Moves the hands; whoever sleeps until then or earlier wakes. */
  advance(ms: number): Promise<void>;
}

/** A clock for tests, whose hands move only when they are moved. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs;
  const sleeping = new Set<{ readonly until: number; wake(): void }>();
  return {
    now: () => nowMs,
    sleep(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { until: nowMs + ms, wake: resolve };
      sleeping.add(sleeper);
      signal?.addEventListener('abort', () => resolve(), { once: true });
      if (signal?.aborted === true || ms <= 0) resolve();
      return promise.finally(() => sleeping.delete(sleeper));
    },
    async advance(ms) {
      nowMs += ms;
      for (const sleeper of sleeping) if (sleeper.until <= nowMs) sleeper.wake();
      await new Promise(setImmediate);
    },
  };
}
