import type { Usage } from '#domain/conversation/usage.ts';

/** Prices per token in billionths of a US dollar: dollars per million tokens, times 1,000. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Of tokens that stay in the cache for an hour; absent if that costs no more. */
  readonly cacheWrite1h?: number | undefined;
}

export interface Prices {
  /** Returns the price of a model; undefined if it is unknown. */
  of(modelId: string): Price | undefined;
  /** The price that is assumed for a model without a known price. */
  readonly highest: Price;
}

/** Returns the cost of a usage in billionths of a US dollar. */
export function nanoUsdFor(price: Price, usage: Usage): number {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usage;
  const { cacheWrite1hInputTokens: forAnHour = 0 } = usage;
  return Math.ceil(
    inputTokens * price.input +
      outputTokens * price.output +
      cacheReadInputTokens * price.cacheRead +
      (cacheWriteInputTokens - forAnHour) * price.cacheWrite +
      forAnHour * (price.cacheWrite1h ?? price.cacheWrite),
  );
}
