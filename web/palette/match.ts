import { foldText } from '#domain/conversation/search.ts';

/** A part of a text, and whether a search has found it. */
export interface TextPart {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Whether a text contains all of these folded words. */
export function containsWords(text: string, words: readonly string[]): boolean {
  const folded = foldText(text);
  return words.every((word) => folded.includes(word));
}

/** Splits a text where it contains folded words. */
export function splitMatches(text: string, words: readonly string[]): readonly TextPart[] {
  const characters = Array.from(text);
  // One character can fold to many: each remembers where it comes from.
  const origins = characters.flatMap((character, index) =>
    Array.from({ length: foldText(character).length }, () => index),
  );
  const folded = characters.map(foldText).join('');
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
