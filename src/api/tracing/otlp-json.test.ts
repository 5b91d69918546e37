import { context, SpanKind, SpanStatusCode, trace as api, TraceFlags } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { scope, toOtlpJson } from '#api/tracing/otlp-json.ts';
import type { Span, Trace } from '#api/tracing/span.ts';

const resource = { 'service.name': 'streambed', 'faas.name': 'Chat' };
const trace: Trace = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  parentSpanId: '00f067aa0ba902b7',
  state: 'vendor=a:1',
  isSampled: true,
};
const span: Span = {
  spanId: 'b7ad6b7169203331',
  parentSpanId: trace.parentSpanId,
  name: 'chat "model" \u{1F98E}',
  kind: 'client',
  startMs: 1_796_052_345_678.125,
  endMs: 1_796_052_346_000.5,
  attributes: {
    text: 'a "quoted" \u{2028} text',
    count: 9_007_199_254_740_991,
    negative: -1,
    ratio: 0.25,
    isTrue: true,
    isFalse: false,
    list: ['end_turn', ''],
    absent: undefined,
  },
};

const officialKinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

/** Returns the export request that OpenTelemetry makes of the same span. */
async function official({ name, kind, attributes, hasFailed, ...own }: Span): Promise<unknown> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    idGenerator: { generateTraceId: () => trace.traceId, generateSpanId: () => own.spanId },
  });
  const tracer = provider.getTracer(scope.name, '', { schemaUrl: scope.schemaUrl });
  const parent = api.setSpanContext(context.active(), {
    traceId: trace.traceId,
    spanId: own.parentSpanId ?? '',
    traceFlags: TraceFlags.SAMPLED,
    traceState: new TraceState(trace.state),
    isRemote: true,
  });
  const made = tracer.startSpan(
    name,
    {
      kind: officialKinds[kind],
      startTime: toHrTime(own.startMs),
      attributes: { ...attributes, list: ['end_turn', ''] },
    },
    parent,
  );
  for (const event of own.events ?? []) made.addEvent(event.name, toHrTime(event.atMs));
  if (hasFailed === true) made.setStatus({ code: SpanStatusCode.ERROR });
  made.end(toHrTime(own.endMs));
  await provider.forceFlush();
  const bytes = JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans());
  return JSON.parse(Buffer.from(bytes ?? []).toString(), withoutDefaults);
}

/** OpenTelemetry writes these members also if they have their default. */
function withoutDefaults(key: string, value: unknown): unknown {
  const isDefault = /^dropped\w+Count$/u.test(key)
    ? value === 0
    : ['attributes', 'events', 'links', 'version'].includes(key) && String(value) === '';
  return isDefault ? undefined : value;
}

function toHrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
}

test.each<[string, Span]>([
  ['with attributes', span],
  ['with an event', { ...span, events: [{ name: 'first', atMs: span.startMs + 100 }] }],
  ['that failed', { ...span, hasFailed: true }],
  ['of a server', { ...span, kind: 'server' }],
  ['of a consumer', { ...span, kind: 'consumer' }],
  ['within the function', { ...span, kind: 'internal' }],
])('a span %s is encoded as by OpenTelemetry', async (_, one) => {
  const json = JSON.parse(toOtlpJson(resource, [{ trace, spans: [one] }]));
  expect(json).toEqual(await official(one));
});

test('a number that is no 64-bit integer is a double', () => {
  const attributes = { large: 1e300, precise: 2 ** 53 };
  const json = toOtlpJson({}, [{ trace, spans: [{ ...span, attributes }] }]);
  expect(json).toContain('{"doubleValue":1e+300}');
  expect(json).toContain('{"doubleValue":9007199254740992}');
});
