import { phrasesOf } from '#local/bedrock/simulated/language/topic.ts';

/**
 * The key phrases of a text, best first: each word counts by how often it stands beside others,
 * and a phrase by its words (the RAKE method of Rose et al., 2010), with repetition weighing most.
 */
export function keywordsOf(text: string, most: number): readonly string[] {
  const phrases = phrasesOf(text);
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
    const name = words.join(joinerOf(words));
    scores.set(name, (scores.get(name) ?? 0) + sum);
  }
  return [...scores]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([phrase]) => phrase);
}

function joinerOf(words: readonly string[]): string {
  return words.some((word) => /[\p{Script=Han}\p{Script=Katakana}]/u.test(word)) ? '' : ' ';
}
