/** A part of a text: words, or a control character that must be seen instead of obeyed. */
export type TextPart =
  | { readonly type: 'words'; readonly text: string }
  | { readonly type: 'control'; readonly name: string; readonly codePoint: string };

/**
 * Characters that have no shape of their own and change the order in which others are shown, so that
 * `gpj.exe` looks like `exe.jpg`.
 */
const controls: ReadonlyMap<string, string> = new Map([
  ['\u061C', 'ALM'],
  ['\u200E', 'LRM'],
  ['\u200F', 'RLM'],
  ['\u202A', 'LRE'],
  ['\u202B', 'RLE'],
  ['\u202C', 'PDF'],
  ['\u202D', 'LRO'],
  ['\u202E', 'RLO'],
  ['\u2066', 'LRI'],
  ['\u2067', 'RLI'],
  ['\u2068', 'FSI'],
  ['\u2069', 'PDI'],
]);

const control = /([\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069])/u;

/** Splits text at characters that would reorder it. `codePoint` is written `U+202E`. */
export function splitControls(text: string): readonly TextPart[] {
  const parts = text.split(control).filter((part) => part !== '');
  return parts.map((part): TextPart => {
    const name = controls.get(part);
    return name === undefined
      ? { type: 'words', text: part }
      : { type: 'control', name, codePoint: codePointOf(part) };
  });
}

/** Returns text with `⟨RLO⟩` in place of such a character, for where only plain text can stand. */
export function visibleText(text: string): string {
  return splitControls(text)
    .map((part) => (part.type === 'words' ? part.text : `⟨${part.name}⟩`))
    .join('');
}

function codePointOf(character: string): string {
  const hex = character.codePointAt(0)?.toString(16).toUpperCase() ?? '';
  return `U+${hex.padStart(4, '0')}`;
}
