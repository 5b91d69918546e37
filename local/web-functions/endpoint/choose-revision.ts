import type { RevisionWeight } from '#local/web-functions/definition/web-function-definition.ts';

/**
 * Returns a function that names the revision of the next request. Of any hundred requests in a
 * row, each revision gets as many as its weight.
 */
export function createChooser(weights: readonly RevisionWeight[]): () => string {
  const [first, second] = weights;
  if (first === undefined) throw new Error('An endpoint needs a revision');
  if (second === undefined) return () => first.revisionId;
  let count = 0;
  return () => {
    const before = Math.floor((count * second.weight) / 100);
    count += 1;
    const isDue = Math.floor((count * second.weight) / 100) > before;
    return (isDue ? second : first).revisionId;
  };
}
