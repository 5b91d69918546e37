/**
 * The tokens of a text, by one documented approximation for usage, limits and pacing: a word in
 * pieces of up to six letters with the space before it, one or two Japanese characters, one mark.
 */
export function splitTokens(text: string): readonly string[] {
  return text.match(tokenForm) ?? [];
}

const tokenForm =
  / ?[\p{Script=Latin}\p{N}]{1,6}| ?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]{1,2}|\s+|./gsu;

/** How many tokens a text is. */
export function countTokens(text: string): number {
  return splitTokens(text).length;
}
