const mask = (1n << 48n) - 1n;

/**
 * Returns a number from 0 to 1 that is always the same for a seed: the first one of Java's generator,
 * which Step Functions uses (documentation of `java.util.Random`).
 */
export function javaRandom(seed: number): number {
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const next = (bits: number): number => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return Number(state >> BigInt(48 - bits));
  };
  return (next(26) * 2 ** 27 + next(27)) / 2 ** 53;
}
