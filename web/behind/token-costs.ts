import type { Usage } from '#domain/conversation/usage.ts';
import type { ModelPriceJson } from '#protocol/chat/offer-schema.ts';

export type TokenKind = 'input' | 'output' | 'cacheRead' | 'cacheWrite';

/** Each model call is rounded up to a billionth of a dollar, and a turn can have many. */
const maxRoundingUsd = 1e-7;

/**
 * Returns what the tokens of each kind cost in US dollars, at the price of the model; undefined if
 * that is not what the turn cost, as after a change of prices.
 */
export function tokenCosts(
  usage: Usage,
  price: ModelPriceJson,
  costUsd: number,
): Readonly<Record<TokenKind, number>> | undefined {
  const costs = {
    input: (usage.inputTokens * price.input) / 1e6,
    output: (usage.outputTokens * price.output) / 1e6,
    cacheRead: (usage.cacheReadInputTokens * price.cache_read) / 1e6,
    cacheWrite: (usage.cacheWriteInputTokens * price.cache_write) / 1e6,
  };
  const sum = Object.values(costs).reduce((total, cost) => total + cost, 0);
  return Math.abs(sum - costUsd) <= maxRoundingUsd ? costs : undefined;
}
