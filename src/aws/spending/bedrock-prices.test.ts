import { expect, test } from 'vitest';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { nanoUsdFor } from '#domain/spending/prices.ts';

const usage = {
  inputTokens: 1_500,
  outputTokens: 400,
  totalTokens: 1_900,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
};

test.each([
  ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 0.0035],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 0.00385],
  ['eu.anthropic.claude-sonnet-4-6', 0.01155],
  [
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0',
    0.00385,
  ],
  ['amazon.nova-lite-v1:0', 0.000186],
  ['us.amazon.nova-lite-v1:0', 0.000186],
])('a turn of %s costs $%d', (modelId, usd) => {
  const price = bedrockPrices.of(modelId);
  expect(price && nanoUsdFor(price, usage)).toBe(Math.round(usd * 1e9));
});

test('cache reads are cheaper than input, and cache writes are not', () => {
  expect(bedrockPrices.of('anthropic.claude-haiku-4-5')).toEqual({
    input: 1_000,
    output: 5_000,
    cacheRead: 100,
    cacheWrite: 1_250,
    cacheWrite1h: 2_000,
  });
});

test('cache reads have the price of the model where it has one of its own', () => {
  expect(bedrockPrices.of('us.anthropic.claude-fable-5-1')?.cacheRead).toBe(275);
});

test('tokens that are written to the cache for an hour cost twice the price of input', () => {
  const written = { ...usage, inputTokens: 0, outputTokens: 0, cacheWriteInputTokens: 1_000 };
  const price = bedrockPrices.of('anthropic.claude-haiku-4-5');
  const costOf = (cacheWrite1hInputTokens: number): number | undefined =>
    price && nanoUsdFor(price, { ...written, cacheWrite1hInputTokens });
  expect([costOf(0), costOf(600), costOf(1_000)]).toEqual([1_250_000, 1_700_000, 2_000_000]);
});

test('an unknown model has no price', () => {
  expect(bedrockPrices.of('anthropic.claude-haiku-4-5-with-more')).toBeUndefined();
  expect(bedrockPrices.of('acme.model-v1')).toBeUndefined();
});
