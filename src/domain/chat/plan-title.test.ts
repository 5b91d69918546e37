import { expect, test } from 'vitest';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { planTitle } from '#domain/chat/plan-title.ts';
import { chatPolicy } from '#test/fixtures/chat-policy.ts';

const able = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const cheap = 'amazon.nova-lite-v1:0';
const policy = {
  ...chatPolicy,
  models: [able, cheap] as const,
  fallbacks: { [able]: [cheap], [cheap]: [able] },
  titles: 'model' as const,
};
const conversation = { conversationId: 'c1', mode: 'new' } as const;
const turn = { conversation, modelId: able, agent: undefined, isAnonymous: false };

test('the cheapest model of the policy makes titles, within the Regions of the turn', () => {
  const cheapest = { modelId: cheap, fallbackIds: [able] };
  expect(planTitle(bedrockPrices, policy, turn)).toEqual(cheapest);
  expect(planTitle(bedrockPrices, policy, { ...turn, modelId: cheap })).toEqual(cheapest);
  const elsewhere = { ...policy, models: [able, 'eu.amazon.nova-lite-v1:0'] as const };
  expect(planTitle(bedrockPrices, elsewhere, turn)).toEqual({
    modelId: able,
    fallbackIds: [cheap],
  });
});

test('an agent is not asked for a title of its conversation', () => {
  const asked = planTitle(bedrockPrices, policy, { ...turn, modelId: 'agent:x', agent: 'x' });
  expect(asked?.modelId).toBe(cheap);
});

test('a conversation in no list, a prompt and the setting `words` need no model for titles', () => {
  const hidden = { ...conversation, expiresAtMs: 1 };
  expect(planTitle(bedrockPrices, policy, { ...turn, conversation: hidden })).toBeUndefined();
  expect(planTitle(bedrockPrices, policy, { ...turn, conversation: undefined })).toBeUndefined();
  expect(planTitle(bedrockPrices, policy, { ...turn, isAnonymous: true })).toBeUndefined();
  expect(planTitle(bedrockPrices, { ...policy, titles: 'words' }, turn)).toBeUndefined();
});
