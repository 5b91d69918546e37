import { nothingSpent, type DaySpending, type SpendingLimits } from '#domain/spending/ledger.ts';
import { toUsd } from '#protocol/conversation/usage-json.ts';

/**
 * What an owner has spent, as `GET /usage` tells it: today, what he may spend, and the days before
 * of which something is known, the newest first. What is set aside for live turns is included.
 */
export function toUsagePage(
  days: readonly DaySpending[],
  limits: SpendingLimits,
  today: number,
): object {
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

function toDayJson({ day, turns, tokens, nanoUsd }: DaySpending): object {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  return { date, turns, tokens, cost_usd: toUsd(nanoUsd) };
}
