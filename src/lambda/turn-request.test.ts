import { expect, test } from 'vitest';
import { bedrockPrices } from '#aws/bedrock-prices.ts';
import { toTurnRequest, type TurnContext } from '#lambda/turn-request.ts';

const context: TurnContext = {
  owner: 'anonymous',
  isAnonymous: true,
  policy: {
    models: ['m'],
    maxOutputTokens: 100,
    fallbacks: {},
    knowledgeBases: {},
    agents: {},
    mcpServers: {},
    prices: bedrockPrices,
    maxHistoryTokens: 100,
    allowAnonymous: true,
    defaultFormat: 'ui',
  },
  invocation: { requestId: 'r', signal: new AbortController().signal, endsAtMs: 5 },
  nowMs: 1_700_000_000_000,
};

const chat = { question: { type: 'message', text: 'Hi' }, inference: {} } as const;

test('callers without an identity go on with ids they were given, and choose none', () => {
  const given = toTurnRequest({ ...chat, conversation: { id: 'c1', create: false } }, context);
  expect(given.conversation).toEqual({ conversationId: 'c1', mode: 'existing' });
  const chosen = { ...chat, conversation: { id: 'c1', create: true } };
  expect(() => toTurnRequest(chosen, context)).toThrow('id: may be chosen only');
  expect(toTurnRequest(chosen, { ...context, isAnonymous: false }).conversation?.mode).toBe(
    'either',
  );
});

test('ids are UUIDs of version 7, which sort by time', () => {
  const { turnId } = toTurnRequest(chat, context);
  expect(turnId).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
});

test("a request that asks for no limit of tokens gets the policy's", () => {
  expect(toTurnRequest(chat, context).inference.maxTokens).toBe(100);
});
