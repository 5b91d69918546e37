import { expect, test } from 'vitest';
import { wordsOf } from '#domain/conversation/search.ts';
import { containsWords, splitMatches } from './match.ts';

const marked = (text: string, query: string): string =>
  splitMatches(text, wordsOf(query))
    .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
    .join('');

test('matches are marked, without differences of width and case', () => {
  expect(marked('Verifying Callback signatures', 'call SIGN')).toBe(
    'Verifying [Call]back [sign]atures',
  );
  expect(marked('ＬＡＭＢＤＡ の料金', 'lambda　料金')).toBe('[ＬＡＭＢＤＡ] の[料金]');
  expect(marked('㍿ Streambed', '株式')).toBe('[㍿] Streambed');
  expect(marked('🌊🌊 river', 'river')).toBe('🌊🌊 [river]');
});

test('matches that overlap are one', () => {
  expect(marked('aaab', 'aa aab')).toBe('[aaab]');
});

test('a text is found if it contains all words', () => {
  expect(containsWords('Rivers and lakes', wordsOf('lake river'))).toBe(true);
  expect(containsWords('Rivers and lakes', wordsOf('lake sea'))).toBe(false);
});
