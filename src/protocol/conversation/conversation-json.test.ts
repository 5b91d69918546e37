import { expect, test } from 'vitest';
import { userMessage } from '#domain/conversation/message.ts';
import { toConversationPage } from '#protocol/conversation/conversation-json.ts';

const conversation = {
  owner: 'ada',
  conversationId: 'c1',
  title: 'Rivers',
  createdAtMs: 0,
  updatedAtMs: 0,
  liveTurn: {
    turnId: 't1',
    sequence: 1,
    question: userMessage('Hi'),
    modelId: 'm',
    startedAtMs: 0,
    leaseUntilMs: 1_000,
  },
};

test('a live turn is running until its lease ends, and interrupted after that', () => {
  expect(toConversationPage(conversation, { items: [] }, 999).turns).toMatchObject([
    { turn_id: 't1', state: 'running', message: 'Hi', response: '' },
  ]);
  expect(toConversationPage(conversation, { items: [] }, 1_000).turns).toMatchObject([
    { turn_id: 't1', state: 'interrupted' },
  ]);
});
