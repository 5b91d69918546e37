import { expect, test } from 'vitest';
import { withQuote } from './quote.ts';

test.each([
  ['short', 'short'],
  ['word '.repeat(130), `${'word '.repeat(119)}word…`],
  ['あ'.repeat(700), `${'あ'.repeat(600)}…`],
  [`${'あ'.repeat(599)}😀あ`, `${'あ'.repeat(599)}…`],
])('a long passage is quoted up to a whole word, and no character is cut', (text, quoted) => {
  expect(withQuote('', { text, source: 'a.md' })).toBe(`> ${quoted}\n>\n> — a.md\n\n`);
});

test('a passage is quoted with its source, after what is written already', () => {
  const passage = { text: '# Signing\n\nA callback is signed.', source: 's3://docs/tasks.md' };
  const quote = '> # Signing\n>\n> A callback is signed.\n>\n> — tasks.md\n\n';
  expect(withQuote('', passage)).toBe(quote);
  expect(withQuote('And this?\n', passage)).toBe(`And this?\n\n${quote}`);
});
