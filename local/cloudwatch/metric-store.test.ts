import { expect, test } from 'vitest';
import { createMetricStore, type Metric } from '#local/cloudwatch/metric-store.ts';

const metric: Metric = { namespace: 'Own', name: 'Calls', dimensions: [] };

test('a metric keeps the last 1,440 minutes in which it was measured', () => {
  const store = createMetricStore();
  for (let minute = 0; minute < 2_000; minute += 1) {
    for (const value of [1, 2]) {
      store.add({ metric, unit: 'Count', at: minute * 60_000 + 59_999, value });
    }
  }
  const minutes = store.find(metric)?.minutes() ?? [];
  expect([minutes.length, minutes[0]?.at]).toEqual([1_440, 560 * 60_000]);
  expect(minutes.at(-1)?.summary).toMatchObject({ count: 2, sum: 3 });
});

test('metrics with other dimensions are other metrics', () => {
  const store = createMetricStore();
  store.add({ metric, unit: 'Count', at: 0, value: 1 });
  const dimensions = [{ name: 'FunctionName', value: 'local-Chat' }];
  expect(store.find({ ...metric, dimensions })).toBeUndefined();
  expect(store.all().map((series) => series.metric)).toEqual([metric]);
});
