import * as v from 'valibot';
import { count } from '#protocol/http/json-schema.ts';

const dayJson = v.strictObject({
  date: v.string(),
  turns: count,
  tokens: count,
  cost_usd: v.number(),
});

/** An owner's spending and limits, in the public JSON. */
export const spendingJson = v.strictObject({
  today: dayJson,
  limits: v.strictObject({
    requests_per_minute: count,
    tokens_per_day: count,
    usd_per_day: v.number(),
  }),
  earlier: v.array(dayJson),
});

export type SpendingJson = v.InferOutput<typeof spendingJson>;
