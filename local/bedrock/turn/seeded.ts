import { createHash } from 'node:crypto';

/** Returns a generator of random integers from 0 up to 2^24, by linear congruence from a seed. */
export function seededRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** Returns letters and digits, as in AWS's ids. The same seed always produces the same id. */
export function idFrom(seed: string, length: number): string {
  return createHash('sha512')
    .update(seed)
    .digest('base64')
    .replaceAll(/[^a-zA-Z0-9]/gu, '')
    .slice(0, length);
}
