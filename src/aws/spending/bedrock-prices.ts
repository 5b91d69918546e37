import { findModelFacts } from '#aws/model/model-facts.ts';
import type { Price, Prices } from '#domain/spending/prices.ts';
import type { ModelPrice } from '#models/facts.ts';

/** On-demand prices of models on Bedrock, by model id or inference profile id, or the ARN of either. */
export const bedrockPrices: Prices = {
  of(modelId) {
    const { facts, isRegional } = findModelFacts(modelId);
    return facts?.price && toPrice(facts.price, isRegional);
  },
  // The most expensive model on Bedrock was Claude Opus up to 4.1: $15 and $75 per million tokens.
  highest: {
    input: 16_500,
    output: 82_500,
    cacheRead: 1_650,
    cacheWrite: 20_625,
    cacheWrite1h: 33_000,
  },
};

/**
 * Claude's cache costs 1.25 times the price of input for five minutes, and twice for an hour
 * (Anthropic's documentation, "Prompt caching"). No other model has one for an hour.
 */
function toPrice(
  { input, output, regional = 1, ...cache }: ModelPrice,
  isRegional: boolean,
): Price {
  const { cacheRead = input * 0.1, cacheWrite = input * 1.25, cacheWrite1h = input * 2 } = cache;
  const factor = 1_000 * (isRegional ? regional : 1);
  // Billionths of a dollar are exact enough for a token. Rounding removes binary fractions.
  const round = (dollars: number): number => Number((dollars * factor).toFixed(6));
  return {
    input: round(input),
    output: round(output),
    cacheRead: round(cacheRead),
    cacheWrite: round(cacheWrite),
    cacheWrite1h: round(cacheWrite1h),
  };
}
