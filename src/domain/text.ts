/**
 * Splits a text after about `length` UTF-16 code units, one more rather than between the halves of
 * a surrogate pair.
 */
export function splitText(text: string, length: number): readonly [head: string, tail: string] {
  const isPair = /^[\uD800-\uDBFF]$/u.test(text.charAt(length - 1));
  const end = isPair ? length + 1 : length;
  return [text.slice(0, end), text.slice(end)];
}
