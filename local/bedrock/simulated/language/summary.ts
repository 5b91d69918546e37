import { english } from '#local/bedrock/simulated/language/english.ts';
import { japanese } from '#local/bedrock/simulated/language/japanese.ts';
import { sentencesOf } from '#local/bedrock/simulated/language/sentences.ts';
import { contentWords } from '#local/bedrock/simulated/language/words.ts';

/** Returns the key sentences of a text in their order: those with its most frequent words. */
export function keySentences(text: string, max: number): readonly string[] {
  const sentences = sentencesOf(text);
  // A text of headings alone has no sentences.
  if (sentences.length === 0) return [text.replaceAll(/^#{1,6}\s+/gmu, '').trim()];
  const frequency = new Map<string, number>();
  for (const word of contentWords(text)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const score = (sentence: string): number => {
    const words = contentWords(sentence);
    const sum = words.reduce((total, word) => total + (frequency.get(word) ?? 0), 0);
    return sum / (words.length + 3);
  };
  const best = new Set(sentences.toSorted((a, b) => score(b) - score(a)).slice(0, max));
  return sentences.filter((sentence) => best.has(sentence));
}

/**
 * Removes the labels and summary headings of earlier simulated answers, which are not part of a
 * text that is summarised again, even if that quotes or joins their lines.
 */
export function withoutOwnHeadings(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const rest = line.replace(ownHeadings, '');
      return rest === line || rest.trim() !== '' ? [rest] : [];
    })
    .join('\n');
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);

const voices = [english, japanese];
const headings = voices.map(({ summaryHeading }) => escaped(summaryHeading)).join('|');

/** The label goes on differently for each agent. Only its bold words are the same. */
const labels = voices
  .map(({ label }) => /(?<=\*\*)[^*]+(?=\*\*)/u.exec(label(undefined))?.[0] ?? '')
  .map(escaped)
  .join('|');

/** A label with the rest of its line, or headings that end their line or begin a list in it. */
const ownHeadings = new RegExp(
  String.raw`^[\s>*-]*(?:\*\*(?:${labels})\*\*.*|(?:(?:${headings})[\s*]*(?:$|[-*]\s*))+)`,
  'u',
);
