/** What a part of a line is, by which it has its colour. */
export type TokenKind = 'word' | 'string' | 'number' | 'name' | 'note';

export interface CodeToken {
  readonly kind: TokenKind | undefined;
  readonly text: string;
}

export type CodeLine = readonly CodeToken[];

/** So many lines are laid out together. A block grows by changing only its last lines. */
const linesTogether = 40;

/** Splits the lines of a block into those that are laid out together. */
export function groupLines<T>(lines: readonly T[]): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(lines.length / linesTogether));
  return Array.from({ length: count }, (_, index) =>
    lines.slice(index * linesTogether, (index + 1) * linesTogether),
  );
}
