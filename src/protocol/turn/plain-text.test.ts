import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { saying } from '#test/doubles/memory-model.ts';
import { createPlainTextEncoding, decodePlainText } from '#protocol/turn/plain-text.ts';
import { cutBytes, trickyTexts } from '#test/fixtures/cut-bytes.ts';

test('decoding returns the text that was encoded, however the bytes are split', async () => {
  const encoding = createPlainTextEncoding();
  const encoded = saying(...trickyTexts)
    .map((event) => encoding.encode(event))
    .join('');
  for (let size = 1; size <= 12; size += 1) {
    const decoded = await Array.fromAsync(decodePlainText(cutBytes(encoded, size)));
    expect(decoded.join('')).toBe(trickyTexts.join(''));
  }
});

test('half a surrogate pair waits for its other half', () => {
  const encoding = createPlainTextEncoding();
  const [high, low] = ['👋'.slice(0, 1), '👋'.slice(1)];
  expect(encoding.encode({ type: 'text-delta', index: 0, text: `Hi ${high}` })).toBe('Hi ');
  expect(encoding.encode({ type: 'text-delta', index: 0, text: low })).toBe('👋');
});

test('a failure is thrown, because plain text cannot express it', () => {
  const error = new ChatError('model_error', 'Broken.');
  expect(() => createPlainTextEncoding().encode({ type: 'error', error })).toThrow(error);
});

test('no piece ends with half a surrogate pair, wherever the model splits the text', () => {
  const text = 'a𠮷b👩‍👩‍👧野家';
  const encoding = createPlainTextEncoding();
  const pieces = saying(...text.split('')).map((event) => encoding.encode(event));
  expect(pieces.join('')).toBe(text);
  for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
});
