import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newSpanId, type Span, type Trace } from '#api/tracing/span.ts';
import { createTraces, type InvocationTraces, type Traces } from '#api/tracing/traces.ts';
import { startCollector, type Collector } from '#test/fixtures/collector.ts';

let collector: Collector;
let dropped: unknown[];

beforeEach(async () => {
  collector = await startCollector();
  dropped = [];
});
afterEach(() => collector.close());

function tracesOf(ratio = 1, isFrozenAfterwards = false): Traces {
  const url = new URL(`${collector.url}/v1/traces`);
  const onDropped = (error: unknown): void => void dropped.push(error);
  return createTraces(
    { url, headers: { 'x-key': 'k' }, ratio, resource: {} },
    { isFrozenAfterwards, onDropped },
  );
}

/** Records a turn with one span, and returns its trace. */
function record(invocation: InvocationTraces, change: Partial<Span> = {}): Trace {
  const trace = invocation.begin();
  const span: Span = {
    spanId: newSpanId(),
    name: 'turn',
    kind: 'server',
    startMs: 1,
    endMs: 2,
    attributes: {},
    ...change,
  };
  invocation.add({ spans: async () => ({ trace, spans: [span] }) });
  return trace;
}

async function exportOne(traces: Traces, headers: Record<string, string> = {}): Promise<Trace> {
  const invocation = traces.open(headers);
  const trace = record(invocation);
  await invocation.export(1_000);
  return trace;
}

test('all turns of an invocation are one request', async () => {
  const invocation = tracesOf().open({});
  const traces = [record(invocation), record(invocation)];
  await invocation.export(1_000);
  expect(collector.exports).toHaveLength(1);
  expect(collector.spans().map(({ traceId }) => traceId)).toEqual(
    traces.map(({ traceId }) => traceId),
  );
});

test('an invocation without turns sends nothing', async () => {
  await tracesOf().open({}).export(1_000);
  expect(collector.exports).toEqual([]);
});

test('the share of exported traces is the ratio, which the caller and an error overrule', async () => {
  const traces = tracesOf(0.25).open({});
  const sampled = Array.from({ length: 4_000 }, () => traces.begin().isSampled);
  expect(sampled.filter(Boolean).length / 4_000).toBeCloseTo(0.25, 1);
  const never = tracesOf(0);
  await exportOne(never);
  expect(collector.exports).toHaveLength(0);
  const traceparent = (flags: string): string => `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-${flags}`;
  await exportOne(never, { traceparent: traceparent('01') });
  expect(collector.exports).toHaveLength(1);
  await exportOne(tracesOf(1), { traceparent: traceparent('00') });
  expect(collector.exports).toHaveLength(1);
  const failing = never.open({});
  record(failing, { hasFailed: true });
  await failing.export(1_000);
  expect(collector.exports).toHaveLength(2);
});

test('a connection that the collector has closed in the meantime is opened again', async () => {
  const traces = tracesOf();
  await exportOne(traces);
  collector.closeConnections();
  await exportOne(traces);
  expect([collector.exports.length, dropped]).toEqual([2, []]);
});

test('what a collector refuses is dropped, and reported once', async () => {
  collector.behave(500);
  await exportOne(tracesOf());
  expect(dropped).toEqual([new Error('The collector answered 500')]);
});

test('an invocation that is about to be ended waits for nothing', async () => {
  collector.behave('hang');
  const invocation = tracesOf().open({});
  record(invocation);
  await invocation.export(-5);
  expect(dropped).toHaveLength(1);
});

test('an export of a function that was frozen is repeated once, in the next invocation', async () => {
  const traces = tracesOf(1, true);
  collector.behave(500);
  const { traceId } = await exportOne(traces);
  expect(dropped).toEqual([]);
  collector.behave(200);
  traces.open({});
  await vi.waitUntil(() => collector.exports.length === 2);
  expect(collector.exports[1]?.spans).toMatchObject([{ traceId }]);
  collector.behave(500);
  await exportOne(traces);
  traces.open({});
  await vi.waitUntil(() => dropped.length === 1);
  traces.open({});
  expect(collector.exports).toHaveLength(4);
});
