import { addValue, emptySummary, type Summary } from '#local/cloudwatch/summary.ts';

/** What identifies a metric. Its dimensions are sorted by name. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** A measured value of a metric. */
export interface Sample {
  readonly metric: Metric;
  readonly unit: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** The values of a metric within one minute. */
export interface Minute {
  /** Milliseconds since 1970, a whole minute. */
  readonly at: number;
  readonly summary: Summary;
}

/** A metric with its last minutes, in the order in which they were first measured. */
export interface Series {
  readonly metric: Metric;
  readonly unit: string;
  minutes(): readonly Minute[];
}

/** Metrics in memory, each with the last 1,440 minutes in which it was measured. */
export interface MetricStore {
  add(sample: Sample): void;
  /** Returns the series of a metric, if it was ever measured. */
  find(metric: Metric): Series | undefined;
  all(): readonly Series[];
}

const maxMinutes = 1_440;

export const minuteMs = 60_000;

interface StoredSeries {
  readonly metric: Metric;
  readonly unit: string;
  readonly byMinute: Map<number, Summary>;
}

/** Returns an empty store. */
export function createMetricStore(): MetricStore {
  const stored = new Map<string, StoredSeries>();
  return {
    add({ metric, unit, at, value }) {
      const key = keyOf(metric);
      const series = stored.get(key) ?? { metric, unit, byMinute: new Map() };
      stored.set(key, series);
      addToMinute(series, Math.floor(at / minuteMs) * minuteMs, value);
    },
    find(metric) {
      const series = stored.get(keyOf(metric));
      return series === undefined ? undefined : toSeries(series);
    },
    all: () => [...stored.values()].map(toSeries),
  };
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  return JSON.stringify([namespace, name, dimensions.map((each) => [each.name, each.value])]);
}

function addToMinute({ byMinute }: StoredSeries, minute: number, value: number): void {
  const summary = byMinute.get(minute) ?? emptySummary();
  byMinute.set(minute, summary);
  addValue(summary, value);
  const [oldest] = byMinute.keys();
  if (byMinute.size > maxMinutes && oldest !== undefined) byMinute.delete(oldest);
}

function toSeries({ metric, unit, byMinute }: StoredSeries): Series {
  return {
    metric,
    unit,
    minutes: () => [...byMinute].map(([at, summary]) => ({ at, summary })),
  };
}
