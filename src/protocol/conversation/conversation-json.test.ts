import { expect, test } from 'vitest';
import { userMessage } from '#domain/conversation/message.ts';
import {
  toConversationPage,
  toLiveTurnJson,
  toTurnJson,
} from '#protocol/conversation/conversation-json.ts';

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

test.each([
  ['complete', '1970-01-01T00:00:03.400Z'],
  ['failed', '1970-01-01T00:00:03.400Z'],
  ['interrupted', undefined],
] as const)('the end of a turn that is %s is %s', (state, endedAt) => {
  const answer = { role: 'assistant', content: [] } as const;
  const turn = { ...conversation.liveTurn, answer, finishedAtMs: 3_400, state };
  expect(toTurnJson(turn).ended_at).toBe(endedAt);
});

test('a live turn has no end', () => {
  expect(toLiveTurnJson(conversation.liveTurn, 999)).not.toHaveProperty('ended_at');
});

test('a live turn is running until its lease ends, and interrupted after that', () => {
  expect(toConversationPage(conversation, { items: [] }, 999).turns).toMatchObject([
    { turn_id: 't1', state: 'running', message: 'Hi', response: '' },
  ]);
  expect(toConversationPage(conversation, { items: [] }, 1_000).turns).toMatchObject([
    { turn_id: 't1', state: 'interrupted' },
  ]);
});
