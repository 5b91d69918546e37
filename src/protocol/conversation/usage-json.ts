import type { UsageJson } from '#protocol/conversation/usage-schema.ts';
import { toHourWrites, type Cost, type Usage } from '#domain/conversation/usage.ts';

interface CostJson {
  readonly cost_usd?: number;
  readonly cost_estimated?: true;
}

/** Returns the cost of a turn in the public JSON; no fields if it is unknown. */
export function toCostJson(cost: Cost | undefined): CostJson {
  if (cost === undefined) return {};
  const amount = { cost_usd: toUsd(cost.nanoUsd) };
  return cost.isEstimated === true ? { ...amount, cost_estimated: true } : amount;
}

/** Returns an amount of money in US dollars. */
export function toUsd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}

/** Returns an amount of money in billionths of a US dollar. */
export function fromUsd(usd: number): number {
  return Math.round(usd * 1e9);
}

/** Returns usage in the public JSON. */
export function toUsageJson(usage: Usage): UsageJson {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cache_read_input_tokens: usage.cacheReadInputTokens,
    cache_write_input_tokens: usage.cacheWriteInputTokens,
    ...(usage.cacheWrite1hInputTokens === undefined
      ? {}
      : { cache_write_1h_input_tokens: usage.cacheWrite1hInputTokens }),
    ...(usage.isEstimated === true ? { estimated: true } : {}),
  };
}

/** Returns usage from the public JSON. */
export function fromUsageJson(json: UsageJson): Usage {
  return {
    inputTokens: json.input_tokens,
    outputTokens: json.output_tokens,
    totalTokens: json.total_tokens,
    cacheReadInputTokens: json.cache_read_input_tokens,
    cacheWriteInputTokens: json.cache_write_input_tokens,
    ...toHourWrites(json.cache_write_1h_input_tokens ?? 0),
    ...(json.estimated === true ? { isEstimated: true } : {}),
  };
}
