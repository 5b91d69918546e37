/** The form of every id that a caller may choose or name. */
export const identifierPattern = /^[\w-]{1,64}$/u;

/** Returns whether a text may be an id of a conversation, turn, task or document. */
export function isIdentifier(text: string): boolean {
  return identifierPattern.test(text);
}
