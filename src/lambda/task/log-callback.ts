import { logError } from '#lambda/runtime/log.ts';

/** Logs that a callback has failed for good, and counts it. */
export function logGivenUp(): void {
  logError('callback given up', {}, { CallbacksGivenUp: 1 });
}
