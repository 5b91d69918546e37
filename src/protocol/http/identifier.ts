import * as v from 'valibot';
import { identifierPattern } from '#domain/identifier.ts';

/** The schema of an id that a caller may choose or name. */
export const identifier = v.pipe(
  v.string('must be a string'),
  v.regex(identifierPattern, 'must be 1 to 64 letters, digits, hyphens or underscores'),
);
