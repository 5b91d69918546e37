import { expect, test } from 'vitest';
import { isEncrypted, isSigned, signReasoning } from '#local/bedrock/turn/reasoning-signature.ts';

test('a signature belongs to the reasoning that it was made for', () => {
  const signature = signReasoning('Let me think.');
  expect(isSigned('Let me think.', signature)).toBe(true);
  expect(isSigned('Let me think!', signature)).toBe(false);
  expect(isSigned('Let me think.', `${signature.slice(0, -4)}AAAA`)).toBe(false);
});

/** A message with field 2 of the length, as AWS's documentation shows one. */
const encrypted = (length: number, rest = 0): string =>
  Buffer.concat([
    Buffer.from([0x12, (length & 0x7f) | 0x80, length >> 7]),
    Buffer.alloc(length + rest, 7),
  ]).toString('base64');

test.each([
  ['a message of Anthropic', encrypted(170), true],
  ['one with a field behind it', encrypted(170, 2), true],
  ['one that was cut', encrypted(170).slice(0, 120), false],
  ['one with much behind it', encrypted(170, 40), false],
  ['a short one', encrypted(20), false],
  ['other Base64', Buffer.alloc(170, 7).toString('base64'), false],
  [
    'an invented text',
    'a signature that nobody has made, however long it may be, as nobody can',
    false,
  ],
  ['an empty text', '', false],
])('%s has the form of an encrypted text: %#', (_, text, expected) => {
  expect(isEncrypted(text)).toBe(expected);
});
