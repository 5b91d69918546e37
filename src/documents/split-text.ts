import { maxPartLength } from '#documents/reading/limits.ts';

/** The marks after which a part may end, the best ones first. */
const boundaries = [
  ['\n\n'],
  ['\n'],
  ['。', '！', '？', '．', '. ', '! ', '? '],
  ['、', '，', ' ', '\u{3000}'],
];

/** Splits a text into parts. A part ends with a paragraph, a line or a sentence if possible. */
export function splitText(text: string, max = maxPartLength): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > max) {
    const end = findEnd(rest.slice(0, max));
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === '' ? parts : [...parts, rest];
}

/** Returns where a part ends. It is at least half full, to limit the number of parts. */
function findEnd(window: string): number {
  for (const boundary of boundaries) {
    const at = Math.max(...boundary.map((mark) => window.lastIndexOf(mark) + mark.length));
    if (at > window.length / 2) return at;
  }
  const last = window.charCodeAt(window.length - 1);
  // A surrogate pair must not be split.
  return last >= 0xd8_00 && last <= 0xdb_ff ? window.length - 1 : window.length;
}
