import * as v from 'valibot';

const form = /^[\w-]{1,64}$/u;

/** Whether a text may be an id that a caller chooses or names. */
export function isIdentifier(text: string): boolean {
  return form.test(text);
}

/** An id that a caller may choose or name: of a conversation, or of a turn. */
export const identifier = v.pipe(
  v.string('must be a string'),
  v.regex(form, 'must be 1 to 64 letters, digits, hyphens or underscores'),
);
