import { expect, test } from 'vitest';
import { maxTitleLength, titleOf } from '#domain/conversation.ts';
import { userMessage } from '#domain/message.ts';

test('a title is the first message on one line', () => {
  expect(titleOf(userMessage('  How\n\ndoes it  work? '))).toBe('How does it work?');
});

test('a long title is cut between characters, never within one', () => {
  const title = titleOf(userMessage('👩‍👩‍👧'.repeat(100)));
  expect(title).toBe(`${'👩‍👩‍👧'.repeat(maxTitleLength - 1)}…`);
});
