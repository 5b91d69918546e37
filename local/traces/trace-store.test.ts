import { expect, test } from 'vitest';
import type { TraceSpan } from '#local/traces/read-export.ts';
import { createTraceStore } from '#local/traces/trace-store.ts';

function span(traceId: string, change: Partial<TraceSpan> = {}): TraceSpan {
  return {
    traceId,
    spanId: 'b7ad6b7169203331',
    name: 'work',
    kind: 'internal',
    startedAt: '2026-11-30T15:25:45.250Z',
    durationMs: 1,
    status: 'unset',
    attributes: {},
    events: [],
    resource: {},
    ...change,
  };
}

const all = { attributes: {}, limit: 1_000 };

test('the latest traces come first, and their spans in the order of their starts', () => {
  const store = createTraceStore();
  store.add([span('a', { name: 'late', startedAt: '2026-11-30T15:25:46.000Z' }), span('b')]);
  store.add([span('a', { name: 'early' })]);
  expect(store.find(all).map(({ traceId }) => traceId)).toEqual(['a', 'b']);
  expect(store.find({ ...all, limit: 1 })[0]?.spans.map(({ name }) => name)).toEqual([
    'early',
    'late',
  ]);
});

test('traces are found by their id and by an attribute of any span', () => {
  const store = createTraceStore();
  store.add([span('a'), span('a', { attributes: { turn: 't1' } }), span('b')]);
  expect(store.find({ ...all, traceId: 'b' })).toHaveLength(1);
  expect(store.find({ ...all, attributes: { turn: 't1' } })).toMatchObject([{ traceId: 'a' }]);
  expect(store.find({ ...all, traceId: 'b', attributes: { turn: 't1' } })).toEqual([]);
});

test('only so many traces and spans are kept', () => {
  const store = createTraceStore();
  for (let count = 0; count < 600; count += 1) store.add([span(String(count))]);
  expect(store.find(all)).toHaveLength(500);
  expect(store.find(all)[0]?.traceId).toBe('599');
  store.add(Array.from({ length: 3_000 }, () => span('large')));
  expect(store.find({ ...all, traceId: 'large' })[0]?.spans).toHaveLength(2_000);
});
