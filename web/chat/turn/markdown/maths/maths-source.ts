/** A formula as it stands in an answer, in parts. */
export interface MathsSource {
  readonly tex: string;
  /** Whether it stands in a line of its own. */
  readonly isDisplay: boolean;
}

/** Returns the parts of a formula, which is written with its delimiters. */
export function readMaths(source: string): MathsSource {
  const isDisplay = source.startsWith('$$') || source.startsWith('\\[');
  const length = isDisplay || source.startsWith('\\') ? 2 : 1;
  return { tex: source.slice(length, -length).trim(), isDisplay };
}

/** Returns whether text between delimiters is a formula, and not what stands between two prices. */
export function isMaths(source: string): boolean {
  if (readMaths(source).tex === '') return false;
  if (source.startsWith('$$') || source.startsWith('\\')) return true;
  const inner = source.slice(1, -1);
  return inner.trim() === inner && !isBetweenPrices(inner);
}

/** An amount with words after it, such as `5 for tea and 10`. */
function isBetweenPrices(inner: string): boolean {
  if (!/^\d/u.test(inner)) return false;
  const words = inner.replaceAll(/\\[a-z]+(?:\{[^}]*\})?/giu, ' ');
  return /(?<![\p{L}_^{])\p{L}{2,}/u.test(words) || /^[\d.,]+\s*[-–—/]$/u.test(words);
}

/** Longer formulas are text: the search for their end would take too long. */
export const maxCharacters = 4_000;

/** Returns the formula in lines of its own that a text begins with. */
export function readMathsBlock(text: string): string | undefined {
  const [raw] = mathsBlock.exec(text.slice(0, maxCharacters)) ?? [];
  return raw !== undefined && isMaths(raw.trim()) ? raw : undefined;
}

// A blank line would end its paragraph.
const mathsBlock =
  /^ {0,3}(?:\$\$(?:(?!\n[ \t]*\n)(?:[^$\\]|\\[^]))+\$\$|\\\[(?:(?!\n[ \t]*\n)(?:[^\\]|\\[^\]]))+\\\])[ \t]*(?:\n+|$)/u;

/** Returns where such a formula interrupts the paragraph that a text begins with. */
export function findMathsBlock(text: string): number | undefined {
  const end = text.search(/\n[ \t]*\n/u);
  const paragraph = end === -1 ? text : text.slice(0, end);
  for (const { index } of paragraph.matchAll(/^ {0,3}(?:\$\$|\\\[)/gmu)) {
    if (readMathsBlock(text.slice(index)) !== undefined) return index;
  }
  return undefined;
}
