import { createHash } from 'node:crypto';

const algorithms: ReadonlyMap<string, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

/**
 * Returns the hash of a value in hexadecimal, as `States.Hash` and `$hash` do. A value that is not
 * text is hashed as JSON. Throws an `Error` for an algorithm that Step Functions does not have.
 */
export function hash(value: unknown, algorithm: string): string {
  const name = algorithms.get(algorithm);
  if (name === undefined) {
    throw new Error(`the algorithm must be one of ${[...algorithms.keys()].join(', ')}`);
  }
  const bytes = typeof value === 'string' ? value : JSON.stringify(value);
  return createHash(name).update(bytes).digest('hex');
}
