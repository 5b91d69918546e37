import { createHash } from 'node:crypto';

/** Numbers without end from a seed (a linear congruential generator): 0 to 2^24. */
export function seededRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** Letters and digits that are always the same for a seed, as AWS has them in ids. */
export function idFrom(seed: string, length: number): string {
  return createHash('sha512')
    .update(seed)
    .digest('base64')
    .replaceAll(/[^a-zA-Z0-9]/gu, '')
    .slice(0, length);
}
