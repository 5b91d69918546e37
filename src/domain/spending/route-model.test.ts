import { expect, test } from 'vitest';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { routeModel, type RouteRequest } from '#domain/spending/route-model.ts';

const able = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const cheap = 'amazon.nova-lite-v1:0';

test.each<[RouteRequest, string, string]>([
  [{ text: 'What is the capital of Japan?' }, cheap, 'simple_question'],
  [{ text: '日本の首都はどこですか。' }, cheap, 'simple_question'],
  [{ text: 'Explain why the sky is blue, step by step.' }, able, 'asks_for_thought'],
  [{ text: '二つの設計を比較してください。' }, able, 'asks_for_thought'],
  [{ text: '```js\nfoo()\n```' }, able, 'asks_for_thought'],
  [{ text: 'word '.repeat(200) }, able, 'long_question'],
  [{ text: 'Hi', system: 'rule '.repeat(800) }, able, 'long_question'],
  [{ text: 'Hi', maxTokens: 4_000 }, able, 'long_answer_wanted'],
  [{}, able, 'goes_back_to_a_turn'],
])('%j goes to %s: %s', (request, modelId, reason) => {
  expect(routeModel([able, cheap], bedrockPrices, request)).toEqual({ modelId, reason });
});

test('a cheaper model in other Regions, or with an unknown price, is not chosen', () => {
  const models: [string, ...string[]] = [
    'eu.anthropic.claude-haiku-4-5',
    'us.amazon.nova-lite',
    'x',
  ];
  expect(routeModel(models, bedrockPrices, { text: 'Hi' }).reason).toBe('no_cheaper_model');
});
