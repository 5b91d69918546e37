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
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

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
