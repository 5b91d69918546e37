import { noSpending, type DaySpending, type SpendingLimits } from '#domain/spending/ledger.ts';
import { toUsd } from '#protocol/conversation/usage-json.ts';
import type { SpendingJson } from '#protocol/spending/spending-schema.ts';

/**
 * Returns an owner's spending today, their limits, and earlier days with spending, newest first.
 * Includes what is reserved for live turns.
 */
export function toSpendingJson(
  days: readonly DaySpending[],
  limits: SpendingLimits,
  today: number,
): SpendingJson {
  const found = days.find(({ day }) => day === today);
  return {
    today: toDayJson(found ?? { ...noSpending, day: today }),
    limits: {
      requests_per_minute: limits.requestsPerMinute,
      tokens_per_day: limits.tokensPerDay,
      usd_per_day: toUsd(limits.nanoUsdPerDay),
    },
    earlier: days.filter(({ day }) => day < today).map(toDayJson),
  };
}

/** Returns the spending of a day in the public JSON. */
export function toDayJson({ day, turns, tokens, nanoUsd }: DaySpending): SpendingJson['today'] {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return { date, turns, tokens, cost_usd: toUsd(nanoUsd) };
}
