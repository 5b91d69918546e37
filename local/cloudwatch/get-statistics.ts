import { invalidCombination, invalidValue } from '#local/cloudwatch/metric-errors.ts';
import { minuteMs, type MetricStore, type Series } from '#local/cloudwatch/metric-store.ts';
import {
  combine,
  percentile,
  statisticOf,
  statistics,
  type Summary,
} from '#local/cloudwatch/summary.ts';
import { dimensions, integerLike, sortedDimensions, time } from '#local/cloudwatch/wire-shapes.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import { stringList } from '#local/wire/string-list.ts';

const units = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
] as const;

const shape = structure(
  {
    Namespace: string({ min: 1, max: 255, pattern: '[^:].*' }),
    MetricName: string({ min: 1, max: 255 }),
    StartTime: time,
    EndTime: time,
    Period: integerLike({ min: 1 }),
  },
  {
    Dimensions: dimensions,
    Statistics: stringList({ values: statistics }, { min: 1, max: 5 }),
    ExtendedStatistics: stringList({ min: 1 }, { min: 1, max: 10 }),
    Unit: oneOf(...units),
  },
);

type Request = Shaped<typeof shape>;

/** `GetMetricStatistics`: statistics of one metric, for each period of a time. */
export function getMetricStatistics(store: MetricStore): Operation {
  return operation(shape, (request) => {
    const percents = checkRequest(request);
    const series = store.find({
      namespace: request.Namespace,
      name: request.MetricName,
      dimensions: sortedDimensions(request.Dimensions ?? []),
    });
    const hasUnit = request.Unit === undefined || request.Unit === series?.unit;
    const Datapoints =
      series === undefined || !hasUnit ? [] : toDatapoints(series, request, percents);
    return { Label: request.MetricName, Datapoints };
  });
}

/** Checks how the parameters go together. Returns the percentiles that are requested, by name. */
function checkRequest(request: Request): ReadonlyMap<string, number> {
  const { StartTime, EndTime, Period, Statistics, ExtendedStatistics } = request;
  if (Statistics === undefined && ExtendedStatistics === undefined) {
    throw invalidCombination(
      'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
    );
  }
  if (StartTime >= EndTime) {
    throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  }
  if (Period % 60 !== 0 && !subMinutePeriods.has(Period)) {
    throw invalidValue(
      'The parameter Period must be a value in the set [1, 5, 10, 20, 30] or a multiple of 60.',
    );
  }
  const count = Math.floor((EndTime - StartTime) / 1000 / Period);
  if (count > maxDatapoints) {
    const text = `You have requested up to ${count.toLocaleString('en')} datapoints, which exceeds the limit of 1,440.`;
    const hint =
      'You may reduce the datapoints requested by increasing Period, or decreasing the time range.';
    throw invalidCombination(`${text} ${hint}`);
  }
  return new Map((ExtendedStatistics ?? []).map((name) => [name, readPercentile(name)]));
}

const subMinutePeriods: ReadonlySet<number> = new Set([1, 5, 10, 20, 30]);

const maxDatapoints = 1_440;

function readPercentile(name: string): number {
  const [, percent] = /^p(\d{1,2}(?:\.\d{0,10})?|100)$/u.exec(name) ?? [];
  if (percent !== undefined) return Number(percent);
  throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
}

function toDatapoints(
  { unit, minutes }: Series,
  request: Request,
  percents: ReadonlyMap<string, number>,
): readonly object[] {
  // Periods begin at the whole minute of the start. Nothing is measured in shorter ones.
  const periodMs = Math.max(request.Period * 1000, minuteMs);
  const startMs = Math.floor(request.StartTime / minuteMs) * minuteMs;
  const within = minutes().filter(({ at }) => at >= startMs && at < request.EndTime);
  const periods = Map.groupBy(within, ({ at }) => at - ((at - startMs) % periodMs));
  return [...periods]
    .toSorted(([one], [other]) => one - other)
    .map(([at, inPeriod]) => {
      const values = valuesOf(combine(inPeriod.map(({ summary }) => summary)), request, percents);
      return Object.assign(values, { Timestamp: new Date(at), Unit: unit });
    });
}

function valuesOf(
  summary: Summary,
  { Statistics = [] }: Request,
  percents: ReadonlyMap<string, number>,
): object {
  const values = statistics
    .filter((statistic) => Statistics.includes(statistic))
    .map((statistic) => [statistic, statisticOf(summary, statistic)] as const);
  const extended = [...percents].map(
    ([name, percent]) => [name, percentile(summary, percent)] as const,
  );
  return {
    ...Object.fromEntries(values),
    ...(percents.size === 0 ? {} : { ExtendedStatistics: new Map(extended) }),
  };
}
