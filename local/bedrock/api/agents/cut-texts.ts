/** The longest text in a trace of an agent, in characters. */
const maxCharacters = 8_192;

/** Returns a part of a trace with every text in it cut to the length that Bedrock sends. */
export function cutTexts(part: unknown): unknown {
  if (typeof part === 'string') return cutText(part);
  if (Array.isArray(part)) return part.map(cutTexts);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, cutTexts(value)]));
}

/** A character of two UTF-16 units is not split. */
function cutText(text: string): string {
  return text.length <= maxCharacters
    ? text
    : text.slice(0, maxCharacters).replace(/[\uD800-\uDBFF]$/u, '');
}
