import { expect, test } from 'vitest';
import { parseExactJson, toNumber } from '#local/wire/json/exact-json.ts';

test.each([
  '{"order":12345678901234567890}',
  '[-9223372036854775808,9223372036854775807,18446744073709551615]',
  '[9007199254740993,0.12345678901234567890,-1234567.1234567890123]',
  '[1e400,123456789012345678901234567890e10]',
  '{"a":{"b":[{"c":12345678901234567890}]},"d":"12345678901234567890"}',
])('%s is written as it was read', (json) => {
  expect(JSON.stringify(parseExactJson(json))).toBe(json);
});

test.each([
  ['1.0', 1],
  ['1e3', 1_000],
  ['-0', -0],
  ['0.0000000000000000000', 0],
  ['1.50000000000000000000', 1.5],
  ['9007199254740992', 9_007_199_254_740_992],
  ['1000000000000000000000000', 1e24],
  ['1E+100', 1e100],
  ['0.30000000000000004', 0.1 + 0.2],
])('%s needs no other notation', (json, value) => {
  expect(parseExactJson(`[${json},1234567890123456789]`)).toEqual([value, expect.anything()]);
  expect(toNumber(parseExactJson(json))).toBe(value);
});

test('a long text of digits and zeros is read quickly', () => {
  for (const part of ['0', '10', '1']) {
    expect(() => parseExactJson(`[1${part.repeat(200_000)}]`)).not.toThrow();
    expect(() => parseExactJson(`[0.${part.repeat(200_000)}1]`)).not.toThrow();
  }
});

test('what is not JSON is refused', () => {
  expect(() => parseExactJson('{"a":12345678901234567890')).toThrow(SyntaxError);
});
