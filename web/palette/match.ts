/** A part of a text, and whether a search has found it. */
export interface TextPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Returns text as searches compare it: without differences of width and case. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Returns the words of a query. */
export function queryWords(query: string): readonly string[] {
  return fold(query).split(/\s+/u).filter(Boolean);
}

/** Whether a text contains all words of a query. */
export function containsWords(text: string, words: readonly string[]): boolean {
  const folded = fold(text);
  return words.every((word) => folded.includes(word));
}

/** Splits a text where it contains words of a query. */
export function splitMatches(text: string, words: readonly string[]): readonly TextPart[] {
  const characters = [...text];
  // One character can fold to many: each remembers where it comes from.
  const origins = characters.flatMap((character, index) =>
    Array.from({ length: fold(character).length }, () => index),
  );
  const folded = characters.map(fold).join('');
  const isFound = new Set(
    words.flatMap((word) => indexesOf(folded, word)).map((at) => origins[at]),
  );
  const parts: TextPart[] = [];
  for (const [index, character] of characters.entries()) {
    const isMatch = isFound.has(index);
    const last = parts.at(-1);
    if (last?.isMatch === isMatch)
      parts[parts.length - 1] = { text: last.text + character, isMatch };
    else parts.push({ text: character, isMatch });
  }
  return parts;
}

/** Returns the index of every code unit that belongs to a word. */
function indexesOf(text: string, word: string): readonly number[] {
  const indexes: number[] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    for (let index = at; index < at + word.length; index += 1) indexes.push(index);
  }
  return indexes;
}
