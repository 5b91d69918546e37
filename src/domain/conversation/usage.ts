/**
 * Tokens of a turn, in Bedrock's terms: `inputTokens` leaves out what came from or went to the
 * prompt cache, and `totalTokens` is the sum of all four.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  /** The model was not heard out, so that nobody was told the exact numbers. */
  readonly isEstimated?: true;
}

/** A usage that is not known exactly, of which nothing came from a cache. */
export function estimated(inputTokens: number, outputTokens: number): Usage {
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    isEstimated: true,
  };
}

/** The usage of what asks no model. */
export const nothingUsed: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
};

/** What two uses come to. */
export function addUsage(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    cacheReadInputTokens: one.cacheReadInputTokens + other.cacheReadInputTokens,
    cacheWriteInputTokens: one.cacheWriteInputTokens + other.cacheWriteInputTokens,
  };
}

/** What a turn cost. */
export interface Cost {
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
  /** The model was not heard out: it is what it can have cost at most. */
  readonly isEstimated?: true;
}
