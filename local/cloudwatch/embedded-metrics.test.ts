import { expect, test } from 'vitest';
import { readEmbeddedMetrics } from '#local/cloudwatch/embedded-metrics.ts';

const directive = {
  Namespace: 'Mine',
  Dimensions: [['service'], ['service', 'route']],
  Metrics: [{ Name: 'Latency', Unit: 'Milliseconds' }, { Name: 'Count' }],
};

const Timestamp = 1_796_052_345_000;

const line = {
  _aws: { Timestamp, CloudWatchMetrics: [directive] },
  service: 'chat',
  route: 'POST /chat',
  Latency: [1.5, 2.5],
  Count: 3,
};

const changed = (change: object): string => JSON.stringify({ ...line, ...change });
const withDirective = (change: object): string =>
  changed({ _aws: { Timestamp, CloudWatchMetrics: [{ ...directive, ...change }] } });

test('a line has each value with each set of dimensions, sorted by name', () => {
  const samples = readEmbeddedMetrics(JSON.stringify(line));
  expect(samples).toHaveLength(6);
  expect(samples[1]).toEqual({
    metric: {
      namespace: 'Mine',
      name: 'Latency',
      dimensions: [
        { name: 'route', value: 'POST /chat' },
        { name: 'service', value: 'chat' },
      ],
    },
    unit: 'Milliseconds',
    at: 1_796_052_345_000,
    value: 1.5,
  });
  expect(samples[5]).toMatchObject({ metric: { name: 'Count' }, unit: 'None', value: 3 });
});

test('a line of the console, which begins with a time and a request id, is read, too', () => {
  const text = `2026-11-30T15:25:45.250Z\tid\tINFO\t${JSON.stringify(line)}`;
  expect(readEmbeddedMetrics(text)).toHaveLength(6);
});

test.each([
  ['of text', 'about "_aws" and {'],
  ['without a dimension', changed({ route: undefined })],
  ['without a value', changed({ Count: undefined })],
  ['with a text as a value', changed({ Count: '3' })],
  ['with too many values', changed({ Latency: Array.from({ length: 101 }, () => 1) })],
  ['without a time', changed({ _aws: { CloudWatchMetrics: [directive] } })],
  ['without a namespace', withDirective({ Namespace: undefined })],
  ['without metrics', withDirective({ Metrics: undefined })],
  ['of null', changed({ _aws: null })],
])('a line %s has no metrics', (_, text) => {
  expect(readEmbeddedMetrics(text)).toEqual([]);
});
