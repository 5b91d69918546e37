import { expect, test } from 'vitest';
import { cachePointsFor } from '#aws/model/cache-points.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';

const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const long = 'A rule of the house. '.repeat(1_000);
const talk: readonly Message[] = [
  userMessage(long),
  assistantMessage('Yes.'),
  userMessage('Is it?'),
  assistantMessage('It is.'),
  userMessage('Sure?'),
];

test('instructions are cached where the model caches so few tokens', () => {
  const asked = { owner: 'ada', messages: [userMessage('Hi')], inference: {} };
  const points = (modelId: string, system: string): boolean =>
    cachePointsFor({ ...asked, modelId, system }).afterSystem;
  expect(points(haiku, long)).toBe(true);
  expect(points(haiku, long.slice(0, 9_000))).toBe(false);
  expect(points('amazon.nova-lite-v1:0', long.slice(0, 9_000))).toBe(true);
  expect(points('qwen.qwen3-32b-v1:0', long)).toBe(false);
});

test('a conversation that goes on is cached after its last two questions', () => {
  const after = (messages: readonly Message[]): readonly number[] => [
    ...cachePointsFor({ owner: 'ada', modelId: haiku, messages, inference: {} }).afterMessages,
  ];
  expect(after(talk)).toEqual([2, 4]);
  expect(after(talk.slice(0, 3))).toEqual([0, 2]);
  expect(after(talk.slice(0, 1))).toEqual([]);
  expect(after([userMessage('Hi'), ...talk.slice(1)])).toEqual([]);
});
