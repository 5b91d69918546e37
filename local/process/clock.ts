import { setTimeout as sleepFor } from 'node:timers/promises';

/** Measures time and waits. Tests pass a clock of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when the time has passed or the signal is aborted, whichever comes first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  async sleep(ms, signal) {
    const options = signal === undefined ? {} : { signal };
    let left = ms;
    while (left > 0) {
      const isDone = await sleepFor(clampTimerMs(left), false, options).catch(() => true);
      left = isDone ? 0 : left - maxTimerMs;
    }
  },
};

/** The longest delay of a Node timer, about 24.8 days. A longer one would fire at once. */
const maxTimerMs = 2_147_483_647;

/** Returns the delay in milliseconds, cut to the longest that a Node timer can have. */
export function clampTimerMs(ms: number): number {
  return Math.min(ms, maxTimerMs);
}

/** Returns a clock for tests. Sleeping takes no real time: it moves the clock forward. */
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

/** A clock that a test moves by hand. */
export interface ManualClock extends Clock {
  /** Moves the clock forward, and wakes every sleeper whose time has come. */
  advance(ms: number): Promise<void>;
}

/** Returns a clock for tests that moves only when `advance` is called. */
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
