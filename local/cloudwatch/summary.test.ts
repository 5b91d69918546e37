import { array, assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import {
  addValue,
  combine,
  emptySummary,
  percentile,
  statisticOf,
  type Summary,
} from '#local/cloudwatch/summary.ts';

function summaryOf(values: readonly number[]): Summary {
  const summary = emptySummary();
  for (const value of values) addValue(summary, value);
  return summary;
}

const durations = array(double({ min: 0, max: 900_000, noNaN: true }), { minLength: 1 });

test('a percentile is the value of its rank, accurate to one percent', () => {
  assert(
    property(durations, integer({ min: 1, max: 100 }), (values, percent) => {
      const rank = Math.ceil((values.length * percent) / 100);
      const exact = values.toSorted((one, other) => one - other)[rank - 1] ?? 0;
      const found = percentile(summaryOf(values), percent);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01);
    }),
  );
});

test('combined summaries are the summary of all values', () => {
  const parts = [[1, 2], [], [30, 0]];
  const all = combine(parts.map(summaryOf));
  expect(all).toEqual(summaryOf([1, 2, 30, 0]));
  const values = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'] as const;
  expect(values.map((statistic) => statisticOf(all, statistic))).toEqual([4, 33, 8.25, 0, 30]);
});

test('a summary of many values stays small', () => {
  const summary = emptySummary();
  for (let value = 1; value <= 100_000; value += 1) addValue(summary, value);
  expect(summary.buckets.size).toBeLessThan(1_300);
  expect(percentile(summary, 50)).toBeCloseTo(50_000, -3);
  expect(percentile(summary, 100)).toBe(100_000);
});
