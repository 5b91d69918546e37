import { expect, test } from 'vitest';
import { hash } from '#local/step-functions/expressions/hash.ts';

test('text is hashed as it is, and other values as JSON', () => {
  expect(hash('abc', 'MD5')).toBe('900150983cd24fb0d6963f7d28e17f72');
  expect(hash({ a: 1 }, 'SHA-256')).toBe(hash('{"a":1}', 'SHA-256'));
});

test.each(['sha256', 'SHA-224', ''])('the algorithm %j is rejected', (algorithm) => {
  expect(() => hash('abc', algorithm)).toThrow('must be one of MD5, SHA-1, SHA-256');
});
