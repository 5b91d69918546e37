import { expect, test } from 'vitest';
import { tokenCosts } from './token-costs.ts';

const price = { input: 1, output: 5, cache_read: 0.1, cache_write: 1.25 };
const usage = {
  inputTokens: 1_000,
  outputTokens: 200,
  totalTokens: 3_500,
  cacheReadInputTokens: 2_000,
  cacheWriteInputTokens: 300,
};

test('the cost of a turn is that of its tokens by their kinds', () => {
  const costs = tokenCosts(usage, price, 0.002575);
  expect(costs).toEqual({ input: 0.001, output: 0.001, cacheRead: 0.0002, cacheWrite: 0.000375 });
});

test('costs that are not those of the turn are not shown', () => {
  expect(tokenCosts(usage, { ...price, output: 6 }, 0.002575)).toBeUndefined();
  expect(tokenCosts(usage, price, 0.003)).toBeUndefined();
});
