/** The values of a time, as far as statistics need them. Its size does not grow with their number. */
export interface Summary {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** How many values are in each bucket. A bucket's limits are one percent apart. */
  readonly buckets: Map<number, number>;
}

/** Returns a summary of no values. */
export function emptySummary(): Summary {
  return { count: 0, sum: 0, min: Infinity, max: -Infinity, buckets: new Map() };
}

/** Adds a value to a summary. */
export function addValue(summary: Summary, value: number): void {
  summary.count += 1;
  summary.sum += value;
  summary.min = Math.min(summary.min, value);
  summary.max = Math.max(summary.max, value);
  const bucket = bucketOf(value);
  summary.buckets.set(bucket, (summary.buckets.get(bucket) ?? 0) + 1);
}

/** Returns the summary of the values of several summaries. */
export function combine(summaries: readonly Summary[]): Summary {
  const all = emptySummary();
  for (const { count, sum, min, max, buckets } of summaries) {
    all.count += count;
    all.sum += sum;
    all.min = Math.min(all.min, min);
    all.max = Math.max(all.max, max);
    for (const [bucket, size] of buckets) {
      all.buckets.set(bucket, (all.buckets.get(bucket) ?? 0) + size);
    }
  }
  return all;
}

export const statistics = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;

export type Statistic = (typeof statistics)[number];

/** Returns a statistic of a summary of at least one value. */
export function statisticOf({ count, sum, min, max }: Summary, statistic: Statistic): number {
  switch (statistic) {
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Sum':
      return sum;
    case 'Minimum':
      return min;
    case 'Maximum':
      return max;
  }
}

/** Returns the value below which `percent` of the values are, accurate to one percent. */
export function percentile({ count, min, max, buckets }: Summary, percent: number): number {
  const rank = Math.max(1, Math.ceil((count * percent) / 100));
  if (rank === count) return max;
  let seen = 0;
  for (const [bucket, size] of [...buckets].toSorted(([one], [other]) => one - other)) {
    seen += size;
    if (seen >= rank) return Math.min(Math.max(middleOf(bucket), min), max);
  }
  return max;
}

const base = 1.01;

/** Values that are not positive share one bucket. */
const lowest = -Infinity;

function bucketOf(value: number): number {
  return value > 0 ? Math.floor(Math.log(value) / Math.log(base)) : lowest;
}

function middleOf(bucket: number): number {
  return bucket === lowest ? 0 : base ** (bucket + 0.5);
}
