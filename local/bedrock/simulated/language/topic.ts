import { sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';

/** Whether a text is Japanese: it has kana, or characters that only Japanese here would have. */
export function isJapanese(text: string): boolean {
  return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
}

/** A length that was asked for: "500 words", "1000文字". */
export const askedLengthForm =
  /(?<!\d)(\d[\d,]{0,12})\s{0,3}(words?|tokens?|characters?|文字|字|語|トークン)/giu;

/** The words in which Japanese asks for a text, which are not what it is about. */
const requestForm = /(?:書い|教え|説明し|話し|要約し)て\S*/gu;

/** What a question is about, in a few of its own words. */
export function topicOf(question: string): string {
  const text = question.replaceAll(askedLengthForm, ' ').replaceAll(requestForm, ' ');
  const words = isJapanese(text) ? japaneseWords(text) : englishWords(text);
  const topic = words.slice(0, 3).join(isJapanese(text) ? '・' : ' ');
  return topic === '' ? text.replaceAll(/\s+/gu, ' ').trim().slice(0, 40) : topic;
}

/** The most telling sentences of a text, in their order: those with its most frequent words. */
export function tellingSentences(text: string, most: number): readonly string[] {
  const sentences = sentencesOf(text);
  // Headings alone are all there is to tell.
  if (sentences.length === 0) return [text.replaceAll(/^#{1,6}\s+/gmu, '').trim()];
  const frequency = new Map<string, number>();
  for (const word of wordsOf(text)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const score = (sentence: string): number => {
    const words = wordsOf(sentence);
    const sum = words.reduce((total, word) => total + (frequency.get(word) ?? 0), 0);
    return sum / (words.length + 3);
  };
  const best = new Set(sentences.toSorted((a, b) => score(b) - score(a)).slice(0, most));
  return sentences.filter((sentence) => best.has(sentence));
}

/** The words of a text that say something: no articles, particles, auxiliaries. */
export function wordsOf(text: string): readonly string[] {
  return isJapanese(text) ? japaneseWords(text) : englishWords(text);
}

/** Runs of telling words with nothing between them; what runs on for long is single words. */
export function phrasesOf(text: string): readonly (readonly string[])[] {
  const isEastern = isJapanese(text);
  const phrases: string[][] = [[]];
  for (const segment of segmentsOf(text)) {
    if (/^[ \t]+$/u.test(segment)) continue;
    if (!isTelling(segment, isEastern)) phrases.push([]);
    else phrases.at(-1)?.push(isEastern ? segment : segment.toLowerCase());
  }
  return phrases
    .flatMap((words) => (words.length > 3 ? words.map((word) => [word]) : [words]))
    .filter((words) => words.length > 0);
}

/** Segments of a text; Katakana stays together, which the segmenter's dictionary may not know. */
function segmentsOf(text: string): readonly string[] {
  const segmenter = new Intl.Segmenter(isJapanese(text) ? 'ja' : 'en', { granularity: 'word' });
  const segments: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = segments.at(-1);
    const isMore = last !== undefined && last.length < 20 && katakana.test(last);
    if (isMore && katakana.test(segment)) {
      segments[segments.length - 1] = last + segment;
    } else segments.push(segment);
  }
  return segments;
}

const katakana = /^[\p{Script=Katakana}ー]+$/u;

/** The form in which words of one stem are the same. */
export function stem(word: string): string {
  const lower = word.normalize('NFKC').toLowerCase();
  return /^[a-z]{4,}$/u.test(lower) ? lower.replace(/(?:ing|ed|es|s)$/u, '') : lower;
}

function isTelling(word: string, isEastern: boolean): boolean {
  if (isEastern) return japaneseForm.test(word) && !stopWords.has(word.toLowerCase());
  return /^[\p{L}][\p{L}\p{N}'+#.-]+$/u.test(word) && !stopWords.has(word.toLowerCase());
}

/** Names in a text: capitalised words that do not begin a sentence, and quoted ones. */
export function namesIn(text: string): readonly string[] {
  const quoted = [...text.matchAll(/[「『"“]([^」』"”]{1,40})[」』"”]/gu)].map(
    ([, name = '']) => name,
  );
  const western =
    text.match(
      /(?:(?<=[\p{Ll}\p{N},:]\s)\p{Lu}\p{L}+(?:\s\p{Lu}\p{L}+)*|(?<=(?:^|[.!?]\s))\p{Lu}\p{Ll}+\s\p{Lu}\p{Ll}+)/gu,
    ) ?? [];
  const japanese = [
    ...text.matchAll(
      /(?<![\p{Script=Han}\p{Script=Katakana}ー])([\p{Script=Han}\p{Script=Katakana}ー]{2,20})の/gu,
    ),
  ].map(([, name = '']) => name);
  return [...new Set([...quoted, ...western, ...japanese])];
}

function englishWords(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'+#.-]*[\p{L}\p{N}+#]|\p{L}/gu) ?? [];
  return words.filter((word) => !stopWords.has(word.toLowerCase()));
}

function japaneseWords(text: string): readonly string[] {
  return segmentsOf(text).filter((word) => isTelling(word, true));
}

const japaneseForm =
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
