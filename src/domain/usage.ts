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
