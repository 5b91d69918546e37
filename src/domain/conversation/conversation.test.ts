import { expect, test } from 'vitest';
import { isTitle, titleOf } from '#domain/conversation/conversation.ts';
import { userMessage } from '#domain/conversation/message.ts';

test('a title is the first message on one line', () => {
  expect(titleOf(userMessage('  How\n\ndoes it  work? '))).toBe('How does it work?');
});

test('a long title is cut between characters, never within one', () => {
  const title = titleOf(userMessage('👩‍👩‍👧'.repeat(100)));
  expect(title.replaceAll('👩‍👩‍👧', '')).toBe('…');
  expect(isTitle(title)).toBe(true);
});

test('a character with very many accents does not make a title too long', () => {
  const title = titleOf(userMessage(`a${'\u0301'.repeat(30_000)}`));
  expect(title.length).toBeLessThan(500);
});
