import * as v from 'valibot';

/** A whole number from 0. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A time in ISO 8601. */
export const time = v.pipe(v.string(), v.isoTimestamp());
