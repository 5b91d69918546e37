import * as v from 'valibot';
import { nothingSpent, type DaySpending, type SpendingLimits } from '#domain/spending/ledger.ts';
import { toUsd } from '#protocol/conversation/usage-json.ts';
import { count } from '#protocol/http/json-fields.ts';

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

/**
 * Returns an owner's spending today, their limits, and earlier days with spending, newest first.
 * Includes what is reserved for live turns.
 */
export function toSpendingJson(
  days: readonly DaySpending[],
  limits: SpendingLimits,
  today: number,
): v.InferOutput<typeof spendingJson> {
  const found = days.find(({ day }) => day === today);
  return {
    today: toDayJson(found ?? { ...nothingSpent, day: today }),
    limits: {
      requests_per_minute: limits.requestsPerMinute,
      tokens_per_day: limits.tokensPerDay,
      usd_per_day: toUsd(limits.nanoUsdPerDay),
    },
    earlier: days.filter(({ day }) => day < today).map(toDayJson),
  };
}

function toDayJson({ day, turns, tokens, nanoUsd }: DaySpending): v.InferOutput<typeof dayJson> {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return { date, turns, tokens, cost_usd: toUsd(nanoUsd) };
}
