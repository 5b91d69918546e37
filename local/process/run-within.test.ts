import { expect, test } from 'vitest';
import { runWithin, TimeLimitError } from './run-within.ts';

test('work has its result and its errors', () => {
  expect(runWithin('A sum', () => 1 + 1)).toBe(2);
  const failing = (): never => {
    throw new RangeError('out of range');
  };
  expect(() => runWithin('A failure', failing)).toThrow(RangeError);
  expect(runWithin('Work in work', () => runWithin('A sum', () => 1) + 1)).toBe(2);
});

test('a regular expression that backtracks without end is ended', () => {
  const search = (): boolean => /^(?:a+)+$/u.test(`${'a'.repeat(4000)}b`);
  expect(() => runWithin('The pattern', search)).toThrow(TimeLimitError);
});
