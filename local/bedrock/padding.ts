import { createHash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * The `p` of Bedrock's events, which hides how long a token is: a prefix of the alphabet, 2 to 61
 * characters long. The same seed gives the same lengths.
 */
export function createPadding(seed: string): () => string {
  const bytes = createHash('sha256').update(seed).digest();
  let index = 0;
  return () => {
    const byte = bytes[index % bytes.length] ?? 0;
    index += 1;
    return alphabet.slice(0, 2 + ((byte + index * 7) % 60));
  };
}
