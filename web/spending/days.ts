import type { SpendingJson } from '#protocol/spending/spending-schema.ts';

/** The spending of a day. Days are those of UTC, as the limits count them. */
export type Day = SpendingJson['today'];

const dayMs = 86_400_000;

/** How many days are shown. */
const dayCount = 31;

/** Returns the last 31 days, oldest first. Days without spending are there, too. */
export function lastDays({ today, earlier }: SpendingJson): readonly Day[] {
  const end = Date.parse(today.date);
  const known = new Map([today, ...earlier].map((day) => [day.date, day]));
  return Array.from({ length: dayCount }, (_, at) => {
    const date = new Date(end - (dayCount - 1 - at) * dayMs).toISOString().slice(0, 10);
    return known.get(date) ?? { date, turns: 0, tokens: 0, cost_usd: 0 };
  });
}

/** Returns when the limits of a day are reset, which is when the next day begins. */
export function resetOf({ date }: Day): Date {
  return new Date(Date.parse(date) + dayMs);
}

const scaleSteps = 4;

/** Returns the values at the lines of a scale, which ends above the highest value. */
export function scaleOf(highest: number): readonly number[] {
  const step = niceStep(highest / scaleSteps);
  return Array.from({ length: scaleSteps + 1 }, (_, at) => at * step);
}

/** Returns 1, 2, 2.5 or 5 times a power of ten, at least as much as the value. */
function niceStep(value: number): number {
  if (value <= 0) return 0.25;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}
