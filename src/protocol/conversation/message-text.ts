import * as v from 'valibot';

/** The maximum length of a message, in characters. */
export const maxMessageLength = 32_000;

/** The text of a message: not blank, and not longer than `maxMessageLength`. */
export const messageTextSchema = v.pipe(
  v.string('must be a string'),
  v.maxLength(maxMessageLength, `must be at most ${maxMessageLength} characters`),
  v.regex(/\S/u, 'must not be blank'),
);
