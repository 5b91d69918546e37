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
      const part = Math.min(left, maxTimerMs);
      const isDone = await sleepFor(part, false, options).catch(() => true);
      left = isDone ? 0 : left - maxTimerMs;
    }
  },
};

/** The longest delay of a Node timer, about 24.8 days. A longer one would fire at once. */
const maxTimerMs = 2_147_483_647;

/** A delay in real time that has begun. */
export interface Timer {
  /** Begins the delay again. */
  restart(): void;
  stop(): void;
}

/** Starts a timer that calls back once, after a delay of any length in real time. */
export function startTimer(ms: number, onDue: () => void): Timer {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timer = setTimeout(
      () => (leftMs > maxTimerMs ? wait(leftMs - maxTimerMs) : onDue()),
      Math.min(leftMs, maxTimerMs),
    );
  };
  wait(ms);
  return {
    restart() {
      clearTimeout(timer);
      wait(ms);
    },
    stop: () => clearTimeout(timer),
  };
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
