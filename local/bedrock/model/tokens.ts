/**
 * Splits a text into tokens. This one approximation serves usage, limits and pacing. A token is up
 * to six letters of a word with the space before them, one or two Japanese characters, a run of
 * spaces, or one other character.
 */
export function splitTokens(text: string): readonly string[] {
  return text.match(tokenForm) ?? [];
}

const tokenForm =
  / ?[\p{Script=Latin}\p{N}]{1,6}| ?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]{1,2}|\s+|./gsu;

/** Returns the number of tokens in a text. */
export function countTokens(text: string): number {
  return splitTokens(text).length;
}
