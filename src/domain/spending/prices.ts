import type { Usage } from '#domain/conversation/usage.ts';

/** What a token costs, in billionths of a US dollar: dollars for a million tokens, times 1,000. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface Prices {
  /** The price of a model; undefined where nobody has said it. */
  of(modelId: string): Price | undefined;
  /** What is reckoned with for a model without a price. */
  readonly highest: Price;
}

/** What it costs to use a model so much, in billionths of a US dollar. */
export function nanoUsdFor(price: Price, usage: Usage): number {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usage;
  return Math.ceil(
    inputTokens * price.input +
      outputTokens * price.output +
      cacheReadInputTokens * price.cacheRead +
      cacheWriteInputTokens * price.cacheWrite,
  );
}
