import { logError } from '#api/log/log.ts';

/** Logs that a callback has failed for good, and counts it. */
export function logGivenUp(): void {
  logError('callback given up', {}, { CallbacksGivenUp: 1 });
}
