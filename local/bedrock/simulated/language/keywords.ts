import { contentPhrases } from '#local/bedrock/simulated/language/words.ts';

/**
 * Returns the key phrases of a text, best first. A word scores by how often it stands beside other
 * words, and a phrase by the sum of its words (the RAKE method of Rose et al., 2010). Repeated
 * phrases add up their scores.
 */
export function keyPhrases(text: string, max: number): readonly string[] {
  const phrases = contentPhrases(text);
  const frequency = new Map<string, number>();
  const degree = new Map<string, number>();
  for (const words of phrases) {
    for (const word of words) {
      frequency.set(word, (frequency.get(word) ?? 0) + 1);
      degree.set(word, (degree.get(word) ?? 0) + words.length);
    }
  }
  const scores = new Map<string, number>();
  for (const words of phrases) {
    const sum = words.reduce(
      (total, word) => total + (degree.get(word) ?? 0) / (frequency.get(word) ?? 1),
      0,
    );
    const name = words.join(separatorFor(words));
    scores.set(name, (scores.get(name) ?? 0) + sum);
  }
  return [...scores]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, max)
    .map(([phrase]) => phrase);
}

function separatorFor(words: readonly string[]): string {
  return words.some((word) => /[\p{Script=Han}\p{Script=Katakana}]/u.test(word)) ? '' : ' ';
}
