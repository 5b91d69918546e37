import type { Write } from 'dynalite/db/index.js';

/** Gives the sequence numbers of records: 21 digits, as on AWS, in one order for all streams. */
export interface Sequences {
  next(): string;
  /** Returns the number that was given last. */
  last(): string;
  /** Returns what stores the count, so that no number is given twice. */
  store(): Write;
}

/** Where the count of the numbers is stored. */
export const countKey = 'stream-sequence';

/** Creates sequence numbers after a count of them. */
export function createSequences(start: number): Sequences {
  let count = start;
  return {
    next() {
      count += 1;
      return sequenceOf(count);
    },
    last: () => sequenceOf(count),
    store: () => ({ type: 'put', key: countKey, value: count }),
  };
}

function sequenceOf(count: number): string {
  return String(10n ** 20n + BigInt(count));
}

/** Returns the sequence number before another. */
export function sequenceBefore(sequence: string): string {
  return String(BigInt(sequence) - 1n);
}
