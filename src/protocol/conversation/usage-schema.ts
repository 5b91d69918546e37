import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The tokens of a turn, in the public JSON. */
export const usageJson = v.object({
  input_tokens: count,
  output_tokens: count,
  total_tokens: count,
  cache_read_input_tokens: count,
  cache_write_input_tokens: count,
  /** Those of the tokens written that stay in the cache for an hour. */
  cache_write_1h_input_tokens: v.optional(count),
  /** The model was cut off and did not report the exact numbers. */
  estimated: v.optional(v.literal(true)),
});

export type UsageJson = v.InferOutput<typeof usageJson>;
