import { expect, test } from 'vitest';
import {
  parseStateJson,
  toPlainNumbers,
  writeSpacedJson,
} from '#local/step-functions/expressions/state-json.ts';

test.each([
  '0.0',
  '-0.0',
  '1.50',
  '1e2',
  '1E+2',
  '12345678901234567890',
  '0.1',
  '7',
  '[1.0,{"a":2.0}]',
])('%s is written as it was read', (text) => {
  expect(JSON.stringify(parseStateJson(text))).toBe(text);
});

test('the integer -0 is 0', () => {
  expect(JSON.stringify(parseStateJson('[-0,{"a":-0}]'))).toBe('[0,{"a":0}]');
  expect(Object.is(parseStateJson('-0'), 0)).toBe(true);
});

test('a text that looks like a number stays a text', () => {
  expect(parseStateJson('{"a":"0.0 1e5"}')).toEqual({ a: '0.0 1e5' });
});

test('numbers become what JavaScript calculates with', () => {
  expect(toPlainNumbers(parseStateJson('[0.0,{"a":1e2,"b":null}]'))).toEqual([
    0,
    { a: 100, b: null },
  ]);
});

test('JSON is written with spaces between members and items only', () => {
  const text = '{"a": [1, 2.0, []], "b": {"c": "[ {\\n 1,2"}, "d": {}, "e": [[null], "x"]}';
  expect(writeSpacedJson(parseStateJson(text))).toBe(text);
  expect(writeSpacedJson('a, b')).toBe('"a, b"');
  expect(writeSpacedJson(undefined)).toBeUndefined();
});
