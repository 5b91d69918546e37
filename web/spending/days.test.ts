import { expect, test } from 'vitest';
import { lastDays, resetOf, scaleOf } from './days.ts';

const limits = { requests_per_minute: 600, tokens_per_day: 5_000_000, usd_per_day: 25 };

test('31 days end with today, and days without spending are there, too', () => {
  const today = { date: '2026-03-02', turns: 2, tokens: 30, cost_usd: 0.5 };
  const before = { date: '2026-02-28', turns: 1, tokens: 9, cost_usd: 0.1 };
  const days = lastDays({ today, limits, earlier: [before] });
  expect(days).toHaveLength(31);
  expect(days[0]?.date).toBe('2026-01-31');
  expect(days.slice(-3)).toEqual([
    before,
    { date: '2026-03-01', turns: 0, tokens: 0, cost_usd: 0 },
    today,
  ]);
});

test('a day ends when the next one begins in UTC', () => {
  const day = { date: '2026-12-31', turns: 0, tokens: 0, cost_usd: 0 };
  expect(resetOf(day).toISOString()).toBe('2027-01-01T00:00:00.000Z');
});

test.each([
  [6.8, [0, 2, 4, 6, 8]],
  [0.0031, [0, 0.001, 0.002, 0.003, 0.004]],
  [100, [0, 25, 50, 75, 100]],
  [0, [0, 0.25, 0.5, 0.75, 1]],
])('the scale for %d ends above it', (highest, scale) => {
  expect(scaleOf(highest)).toEqual(scale);
});
