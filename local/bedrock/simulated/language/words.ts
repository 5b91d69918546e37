/** Returns whether a text is Japanese: whether it has kana or kanji. */
export function isJapanese(text: string): boolean {
  return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
}

/** Matches a requested length: "500 words", "1000文字". */
export const lengthPattern =
  /(?<!\d)(\d[\d,]{0,12})\s{0,3}(words?|tokens?|characters?|文字|字|語|トークン)/giu;

/** Returns the words of a text that carry meaning, without articles, particles and auxiliaries. */
export function contentWords(text: string): readonly string[] {
  return isJapanese(text) ? japaneseWords(text) : englishWords(text);
}

/** Returns runs of adjacent content words. A run of more than three is split into single words. */
export function contentPhrases(text: string): readonly (readonly string[])[] {
  const isTextJapanese = isJapanese(text);
  const phrases: string[][] = [[]];
  for (const segment of segmentsOf(text)) {
    if (/^[ \t]+$/u.test(segment)) continue;
    if (!isContentWord(segment, isTextJapanese)) phrases.push([]);
    else phrases.at(-1)?.push(isTextJapanese ? segment : segment.toLowerCase());
  }
  return phrases
    .flatMap((words) => (words.length > 3 ? words.map((word) => [word]) : [words]))
    .filter((words) => words.length > 0);
}

/**
 * Returns the words of a text with what stands between them. Katakana stays together, because the
 * segmenter's dictionary may not know the word.
 */
export function segmentsOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter(isJapanese(text) ? 'ja' : 'en', { granularity: 'word' });
  const segments: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = segments.at(-1);
    const isKatakana = last !== undefined && last.length < 20 && katakana.test(last);
    if (isKatakana && katakana.test(segment)) {
      segments[segments.length - 1] = last + segment;
    } else segments.push(segment);
  }
  return segments;
}

const katakana = /^[\p{Script=Katakana}ー]+$/u;

/** Returns a form that is the same for all words of one stem. */
export function stem(word: string): string {
  const lower = word.normalize('NFKC').toLowerCase();
  return /^[a-z]{4,}$/u.test(lower) ? lower.replace(/(?:ing|ed|es|s)$/u, '') : lower;
}

function isContentWord(word: string, isTextJapanese: boolean): boolean {
  if (isTextJapanese) return japaneseWord.test(word) && !stopWords.has(word.toLowerCase());
  return /^[\p{L}][\p{L}\p{N}'+#.-]+$/u.test(word) && !stopWords.has(word.toLowerCase());
}

function englishWords(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'+#.-]*[\p{L}\p{N}+#]|\p{L}/gu) ?? [];
  return words.filter((word) => !stopWords.has(word.toLowerCase()));
}

function japaneseWords(text: string): readonly string[] {
  return segmentsOf(text).filter((word) => isContentWord(word, true));
}

const japaneseWord =
  /^(?:\p{Script=Han}|[\p{Script=Han}\p{Script=Katakana}\p{Script=Latin}ー]{2,})$/u;

const stopWords: ReadonlySet<string> = new Set(
  (
    'a about an and any are as at be been but by can could describe did do does explain for ' +
    'from get give had has have how i if in into is it its like make me more my no not of on or ' +
    'our out please say should show so some sum summarise summarize tell than that the their ' +
    'them then there these they this those to us use was we were what when where which who why ' +
    'will with would words write you your'
  ).split(' '),
);
