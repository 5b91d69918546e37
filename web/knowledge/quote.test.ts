import { expect, test } from 'vitest';
import { beginningOf, withQuote } from './quote.ts';

test('a text is cut after a whole word, and never inside a character', () => {
  expect(beginningOf('short', 10)).toBe('short');
  expect(beginningOf('one two three', 10)).toBe('one two…');
  expect(beginningOf('日本語の文章です', 5)).toBe('日本語の文…');
  expect(beginningOf(`${'あ'.repeat(4)}😀あ`, 5)).toBe('ああああ…');
});

test('a passage is quoted with its source, after what is written already', () => {
  const passage = { text: '# Signing\n\nA callback is signed.', source: 's3://docs/tasks.md' };
  const quote = '> # Signing\n>\n> A callback is signed.\n>\n> — tasks.md\n\n';
  expect(withQuote('', passage)).toBe(quote);
  expect(withQuote('And this?\n', passage)).toBe(`And this?\n\n${quote}`);
});
