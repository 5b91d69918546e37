/**
 * Tokens of a turn, in Bedrock's terms: `inputTokens` does not include tokens read from or written
 * to the prompt cache, and `totalTokens` is the sum of all four.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  /** Those of the tokens written that stay for an hour, which costs more than five minutes. */
  readonly cacheWrite1hInputTokens?: number | undefined;
  /** The model was cut off and did not report the exact numbers. */
  readonly isEstimated?: true;
}

/** Returns an estimated usage without cached tokens. */
export function toEstimatedUsage(inputTokens: number, outputTokens: number): Usage {
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    isEstimated: true,
  };
}

/** The usage of a request that calls no model. */
export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
};

/** Returns the sum of two usages. */
export function addUsage(one: Usage | undefined, other: Usage): Usage {
  if (one === undefined) return other;
  const forAnHour = (one.cacheWrite1hInputTokens ?? 0) + (other.cacheWrite1hInputTokens ?? 0);
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    cacheReadInputTokens: one.cacheReadInputTokens + other.cacheReadInputTokens,
    cacheWriteInputTokens: one.cacheWriteInputTokens + other.cacheWriteInputTokens,
    ...toHourWrites(forAnHour),
  };
}

/** Returns the field for tokens that stay in the cache for an hour; no field if there are none. */
export function toHourWrites(tokens: number): Pick<Usage, 'cacheWrite1hInputTokens'> {
  return tokens === 0 ? {} : { cacheWrite1hInputTokens: tokens };
}

/** The cost of a turn. */
export interface Cost {
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
  /** The model was cut off: this is the most that it can have cost. */
  readonly isEstimated?: true;
}
