/** A part is shown to a model at once, with room to answer, in any script. */
const partCharacters = 60_000;

/** A text in parts, each ending with a paragraph, a line or a sentence where there is one. */
export function splitText(text: string, max = partCharacters): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const end = endIn(rest.slice(0, max));
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === '' ? parts : [...parts, rest];
}

/** Not before half of it, so that parts do not become many. */
function endIn(window: string): number {
  for (const boundary of ['\n\n', '\n', '。', '. ', ' ']) {
    const at = window.lastIndexOf(boundary);
    if (at >= window.length / 2) return at + boundary.length;
  }
  const last = window.charCodeAt(window.length - 1);
  // Never between the two halves of a character.
  return last >= 0xd8_00 && last <= 0xdb_ff ? window.length - 1 : window.length;
}
