import { invalidValue } from '#local/cloudwatch/metric-errors.ts';
import type { MetricStore, Series } from '#local/cloudwatch/metric-store.ts';
import { dimensionFilters } from '#local/cloudwatch/wire-shapes.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { anything, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';

const shape = structure(
  {},
  {
    Namespace: string({ min: 1, max: 255, pattern: '[^:].*' }),
    MetricName: string({ min: 1, max: 255 }),
    Dimensions: dimensionFilters,
    NextToken: string(),
    RecentlyActive: oneOf('PT3H'),
    IncludeLinkedAccounts: anything,
    OwningAccount: string({ min: 1, max: 255 }),
  },
);

type Request = Shaped<typeof shape>;

const pageSize = 500;

const recentMs = 3 * 60 * 60_000;

/** `ListMetrics`: the metrics that were measured, oldest first. `now` is in milliseconds. */
export function listMetrics(store: MetricStore, now: () => number): Operation {
  return operation(shape, (request) => {
    const found = store.all().filter((series) => isRequested(series, request, now()));
    const start = readToken(request.NextToken, found.length);
    const end = start + pageSize;
    const Metrics = found.slice(start, end).map(({ metric }) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: metric.dimensions.map(({ name: Name, value: Value }) => ({ Name, Value })),
    }));
    return { Metrics, ...(end < found.length ? { NextToken: String(end) } : {}) };
  });
}

function isRequested(
  { metric, minutes }: Series,
  { Namespace, MetricName, Dimensions = [], RecentlyActive }: Request,
  nowMs: number,
): boolean {
  const { namespace, name, dimensions } = metric;
  const hasDimension = (filter: (typeof Dimensions)[number]): boolean =>
    dimensions.some(
      (each) =>
        each.name === filter.Name && (filter.Value === undefined || each.value === filter.Value),
    );
  return (
    (Namespace === undefined || Namespace === namespace) &&
    (MetricName === undefined || MetricName === name) &&
    Dimensions.every(hasDimension) &&
    (RecentlyActive === undefined || (minutes().at(-1)?.at ?? 0) > nowMs - recentMs)
  );
}

/** Returns where a page begins. Throws CloudWatch's error for a token that it did not return. */
function readToken(token: string | undefined, count: number): number {
  if (token === undefined) return 0;
  const start = Number(token);
  const isOwn = Number.isInteger(start) && start > 0 && start < count && start % pageSize === 0;
  if (isOwn) return start;
  throw invalidValue('Invalid nextToken');
}
