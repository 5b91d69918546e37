import { expect, test } from 'vitest';
import { matchesWildcard, policyPattern, starPattern } from './wildcard.ts';

test.each([
  ['*', '', true],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbbd', false],
  ['*foo*bar*', 'xfooybarz', true],
  ['*foo*bar*', 'xbaryfooz', false],
  [String.raw`a\*`, 'a*', true],
  [String.raw`a\*`, 'ab', false],
  ['日*語', '日本語', true],
])('the pattern %s matches “%s”: %s', (form, text, expected) => {
  expect(matchesWildcard(starPattern(form), text)).toBe(expected);
});

test('a question mark matches one character in policies only', () => {
  expect(matchesWildcard(policyPattern('a?c'), 'abc')).toBe(true);
  expect(matchesWildcard(policyPattern('a?c'), 'ac')).toBe(false);
  expect(matchesWildcard(starPattern('a?c'), 'abc')).toBe(false);
});

test('a pattern with many wildcards fails fast on a long text', () => {
  const pattern = policyPattern('arn:aws:execute-api:*:*:*/*/GET/*/*/*/admin');
  expect(matchesWildcard(pattern, `arn:aws:execute-api:${':/'.repeat(20_000)}`)).toBe(false);
});

test.each(['*aaab*', '*aaba*', '*baaa*'])(
  'a long part such as %s is looked for in linear time',
  (form) => {
    const pattern = starPattern(form.replaceAll('aa', 'a'.repeat(2000)));
    const startMs = performance.now();
    expect(matchesWildcard(pattern, 'a'.repeat(1_000_000))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(2000);
  },
);

test('a part is found where it overlaps a beginning of itself', () => {
  expect(matchesWildcard(starPattern('*abab*c'), 'aababac')).toBe(true);
  expect(matchesWildcard(starPattern('a*a'), 'a')).toBe(false);
  expect(matchesWildcard(starPattern('*aab'), 'aaab')).toBe(true);
});
