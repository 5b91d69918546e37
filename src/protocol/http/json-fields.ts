import * as v from 'valibot';

/** A whole number from 0. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A time in ISO 8601. */
export const time = v.pipe(v.string(), v.isoTimestamp());

/** Returns a time, given in milliseconds since 1970, in ISO 8601. */
export function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
