import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Clock } from '#domain/clock.ts';

/** The clock of this machine. */
export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
