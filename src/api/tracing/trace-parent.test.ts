import { ROOT_CONTEXT, trace, type TextMapGetter } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect, test } from 'vitest';
import { readTraceParent } from '#api/tracing/trace-parent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const plain = `00-${traceId}-${spanId}-01`;

type Headers = Readonly<Record<string, string>>;

const getter: TextMapGetter<Headers> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
};

/** Returns what OpenTelemetry's own propagator reads. */
function official(headers: Headers): object | undefined {
  const context = new W3CTraceContextPropagator().extract(ROOT_CONTEXT, headers, getter);
  const parent = trace.getSpanContext(context);
  if (parent === undefined) return undefined;
  const state = parent.traceState?.serialize() ?? '';
  const isSampled = (parent.traceFlags & 1) === 1;
  return { traceId: parent.traceId, spanId: parent.spanId, isSampled, ...(state && { state }) };
}

test.each<[string, Headers]>([
  ['a sampled parent', { traceparent: plain }],
  ['one that is not sampled', { traceparent: `00-${traceId}-${spanId}-00` }],
  ['unknown flags', { traceparent: `00-${traceId}-${spanId}-fe` }],
  ['a later version with more fields', { traceparent: `cc-${traceId}-${spanId}-01-more` }],
  ['a state', { traceparent: plain, tracestate: 'vendor=a:1,other@system=b' }],
  ['a state without a parent', { tracestate: 'vendor=a' }],
  ['no header', {}],
  ['version 255', { traceparent: `ff-${traceId}-${spanId}-01` }],
  ['version 0 with more fields', { traceparent: `${plain}-more` }],
  ['a trace id of zeros', { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` }],
  ['a span id of zeros', { traceparent: `00-${traceId}-${'0'.repeat(16)}-01` }],
  ['a short id', { traceparent: `00-${traceId.slice(1)}-${spanId}-01` }],
  ['two headers', { traceparent: `${plain},${plain}` }],
  ['text', { traceparent: 'x'.repeat(10_000) }],
])('%s is read as by OpenTelemetry', (_, headers) => {
  expect(readTraceParent(headers)).toEqual(official(headers));
});

test('capital letters are malformed, and white space around the header is not', () => {
  expect(readTraceParent({ traceparent: plain.toUpperCase() })).toBeUndefined();
  expect(readTraceParent({ traceparent: ` ${plain} ` })).toMatchObject({ traceId, spanId });
});

test.each(['=a', 'vendor', 'vendor=', 'VENDOR=a', `vendor=${'a'.repeat(600)}`, 'v=\u{7}', 'v=ö'])(
  'the malformed state %j is left out, and its parent is not',
  (tracestate) => {
    expect(readTraceParent({ traceparent: plain, tracestate })).toEqual({
      traceId,
      spanId,
      isSampled: true,
    });
  },
);

const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;

test.each([
  [`Root=${root}`, { traceId }],
  // X-Ray is off: its parent is a span that nothing exports.
  [`Root=${root};Parent=${spanId};Sampled=0;Lineage=1:b2a1:0`, { traceId }],
  [`Root=${root};Parent=${spanId};Sampled=1`, { traceId, spanId, isSampled: true }],
  [`Self=1-67891234-12456789abcdef012345678;Root=${root}`, { traceId }],
  [`Root=1-${'0'.repeat(8)}-${'0'.repeat(24)}`, undefined],
  ['Root=1-5759e988', undefined],
  [';;=;', undefined],
])('X-Ray’s header %j is the parent if there is no other', (header, parent) => {
  expect(readTraceParent({ 'x-amzn-trace-id': header })).toEqual(parent);
  const both = { 'x-amzn-trace-id': header, traceparent: `00-${'a'.repeat(32)}-${spanId}-01` };
  expect(readTraceParent(both)).toMatchObject({ traceId: 'a'.repeat(32) });
});
