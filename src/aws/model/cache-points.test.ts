import { expect, test } from 'vitest';
import { cachePointsFor, placeOfCachePoint } from '#aws/model/cache-points.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';

const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const long = 'A rule of the house. '.repeat(1_000);
const conversation: readonly Message[] = [
  userMessage(long),
  assistantMessage('Yes.'),
  userMessage('Is it?'),
  assistantMessage('It is.'),
  userMessage('Sure?'),
];

test('a system prompt is cached if it has the minimum length of the model', () => {
  const request = { owner: 'ada', messages: [userMessage('Hi')], inference: {} };
  const points = (modelId: string, system: string): boolean =>
    cachePointsFor({ ...request, modelId, system }).afterSystem;
  expect(points(haiku, long)).toBe(true);
  expect(points(haiku, long.slice(0, 9_000))).toBe(false);
  expect(points('amazon.nova-lite-v1:0', long.slice(0, 9_000))).toBe(true);
  expect(points('qwen.qwen3-32b-v1:0', long)).toBe(false);
});

test('a conversation of several turns is cached after its last two questions', () => {
  const after = (messages: readonly Message[]): readonly number[] => [
    ...cachePointsFor({ owner: 'ada', modelId: haiku, messages, inference: {} }).afterMessages,
  ];
  expect(after(conversation)).toEqual([2, 4]);
  expect(after(conversation.slice(0, 3))).toEqual([0, 2]);
  expect(after(conversation.slice(0, 1))).toEqual([]);
  expect(after([userMessage('Hi'), ...conversation.slice(1)])).toEqual([]);
});

test('a cache point stands where the model takes one, as late as can be', () => {
  const text = { text: 'Sum up' };
  const source = { bytes: Buffer.from('Notes') };
  const notes = { document: { name: 'File 1', format: 'md' as const, source } };
  const pdf = { document: { name: 'File 2', format: 'pdf' as const, source } };
  const result = { toolResult: { toolUseId: 't1', content: [text] } };
  expect(placeOfCachePoint([text, pdf], haiku)).toBe(2);
  expect(placeOfCachePoint([notes, text], haiku)).toBe(2);
  expect(placeOfCachePoint([text, notes, notes], haiku)).toBe(1);
  expect(placeOfCachePoint([notes], haiku)).toBe(0);
  expect(placeOfCachePoint([result], haiku)).toBe(1);
  expect(placeOfCachePoint([result], 'amazon.nova-lite-v1:0')).toBe(0);
  expect(placeOfCachePoint([text, result], 'amazon.nova-lite-v1:0')).toBe(1);
});
