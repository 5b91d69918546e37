import * as v from 'valibot';
import type { Usage, Cost } from '#domain/conversation/usage.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Tokens of a turn, as the public JSON spells them. */
export const usageJson = v.object({
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  cache_read_input_tokens: count,
  cache_write_input_tokens: count,
  /** The model was not heard out, so that nobody was told the exact numbers. */
  estimated: v.optional(v.literal(true)),
});

export type UsageJson = v.InferOutput<typeof usageJson>;

/** What a turn cost, in the public JSON; nothing where that is not known. */
export function toCostJson(cost: Cost | undefined): object {
  if (cost === undefined) return {};
  const estimated = cost.isEstimated === true ? { cost_estimated: true } : {};
  return { cost_usd: toUsd(cost.nanoUsd), ...estimated };
}

/** An amount of money, as the public JSON has it: US dollars. */
export function toUsd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}

export function fromUsd(usd: number): number {
  return Math.round(usd * 1e9);
}

export function toUsageJson(usage: Usage): UsageJson {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    cache_read_input_tokens: usage.cacheReadInputTokens,
    cache_write_input_tokens: usage.cacheWriteInputTokens,
    ...(usage.isEstimated === true ? { estimated: true } : {}),
  };
}

export function fromUsageJson(json: UsageJson): Usage {
  return {
    inputTokens: json.input_tokens,
    outputTokens: json.output_tokens,
    totalTokens: json.total_tokens,
    cacheReadInputTokens: json.cache_read_input_tokens,
    cacheWriteInputTokens: json.cache_write_input_tokens,
    ...(json.estimated === true ? { isEstimated: true } : {}),
  };
}
