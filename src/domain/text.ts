/** A text in two, the first of about so many characters: never between the halves of one. */
export function cutText(text: string, at: number): readonly [head: string, tail: string] {
  const isPair = /^[\uD800-\uDBFF]$/u.test(text.charAt(at - 1));
  const end = isPair ? at + 1 : at;
  return [text.slice(0, end), text.slice(end)];
}
