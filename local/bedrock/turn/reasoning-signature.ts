import { idFrom } from '#local/bedrock/turn/seeded.ts';

/** Returns a stand-in for the signature by which a provider recognises its own reasoning. */
export function signReasoning(reasoning: string): string {
  return Buffer.from(`streambed:${idFrom(reasoning, 64)}`).toString('base64');
}

/** Returns whether the signature is that of the reasoning, or one that only Anthropic can verify. */
export function isSigned(reasoning: string, signature: string): boolean {
  return signature === signReasoning(reasoning) || isEncrypted(signature);
}

/**
 * Returns whether a text has the form of what Anthropic encrypts: signatures, and reasoning that it
 * does not show. It is Base64 of a protobuf message whose field 2 is as long as it says, at the
 * start, with a few bytes behind it at most. Recordings of AWS have such texts. They cannot be
 * verified here.
 */
export function isEncrypted(text: string): boolean {
  if (!/^[\w+/-]+={0,2}$/u.test(text)) return false;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < shortest || bytes[0] !== fieldTwo) return false;
  const { value, end } = readVarint(bytes, 1);
  const rest = bytes.length - end - value;
  return rest >= 0 && rest <= 16;
}

const shortest = 64;
const fieldTwo = 0x12;

function readVarint(
  bytes: Buffer,
  start: number,
): { readonly value: number; readonly end: number } {
  let [value, at, shift] = [0, start, 0];
  for (; at < bytes.length && shift < 28; shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) << shift;
    at += 1;
    if (byte < 0x80) break;
  }
  return { value, end: at };
}
