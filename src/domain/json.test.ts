import { expect, test } from 'vitest';
import { parseExactJson } from '#domain/json.ts';

test.each([
  '{"order":12345678901234567890}',
  '[-9223372036854775808,18446744073709551615,9007199254740993]',
  '[0.12345678901234567890,-1234567.1234567890123,1e400]',
  '{"a":{"b":[{"c":12345678901234567890}]},"d":"12345678901234567890"}',
])('%s is written as it was read', (json) => {
  expect(JSON.stringify(parseExactJson(json))).toBe(json);
});

test('a number that loses nothing is a number', () => {
  const json = '[1.0,1e3,-0,9007199254740992,0.30000000000000004,1.500000000000000000000,1E+100]';
  expect(parseExactJson(json)).toEqual([1, 1e3, -0, 9_007_199_254_740_992, 0.1 + 0.2, 1.5, 1e100]);
});

test('a browser that cannot keep the digits reads the other ones', () => {
  const { rawJSON } = JSON;
  Reflect.deleteProperty(JSON, 'rawJSON');
  try {
    expect(parseExactJson('{"a":12345678901234567890,"b":1}')).toEqual({
      a: 12_345_678_901_234_567_000,
      b: 1,
    });
  } finally {
    Object.defineProperty(JSON, 'rawJSON', { value: rawJSON, configurable: true, writable: true });
  }
});
