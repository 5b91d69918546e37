import * as v from 'valibot';

/** An id that a caller may choose or name: of a conversation, or of a turn. */
export const identifier = v.pipe(
  v.string('must be a string'),
  v.regex(/^[\w-]{1,64}$/u, 'must be 1 to 64 letters, digits, hyphens or underscores'),
);
