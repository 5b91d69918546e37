import { expect, test } from 'vitest';
import { metrics, type MetricValues } from '#domain/metrics/metric-names.ts';
import { toMetricMembers } from '#api/log/metric-line.ts';
import { publishedBy, violations, type MetricLine } from '#test/fixtures/embedded-metrics.ts';

const atMs = Date.UTC(2026, 0, 1);
const lineOf = (values: MetricValues, known: object): MetricLine =>
  toMetricMembers(values, known, atMs) as MetricLine;

const everything: MetricValues = {
  ...Object.fromEntries(Object.keys(metrics).map((name) => [name, 1])),
  InterChunkGap: Array.from({ length: 100 }, (_, index) => index),
};

test('a line with every metric follows the embedded metric format', () => {
  const line = lineOf(everything, { route: 'POST /chat', model: 'amazon.nova-lite-v1:0' });
  expect(violations(line)).toEqual([]);
  expect(line).toMatchObject({ _aws: { Timestamp: atMs } });
  expect(new Set(publishedBy(line).map(({ name }) => name))).toEqual(new Set(Object.keys(metrics)));
});

test('a metric is published with each of its sets of dimensions', () => {
  const line = lineOf({ TimeToFirstToken: 20 }, { route: 'POST /chat', model: 'nova' });
  const service = 'streambed';
  expect(publishedBy(line)).toEqual(
    [{ service }, { route: 'POST /chat', service }, { model: 'nova', service }].map(
      (dimensions) => ({ namespace: 'Streambed', name: 'TimeToFirstToken', dimensions }),
    ),
  );
});

test('a set of dimensions without a value is left out', () => {
  const line = lineOf(everything, {});
  expect(violations(line)).toEqual([]);
  for (const { dimensions } of publishedBy(line))
    expect(dimensions).toEqual({ service: 'streambed' });
});

test('a line without metrics has no metadata', () => {
  expect(toMetricMembers({}, { route: 'POST /chat' }, atMs)).toEqual({});
});
