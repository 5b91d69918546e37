import {
  spanKinds,
  type Attributes,
  type Span,
  type SpanEvent,
  type Trace,
} from '#api/tracing/span.ts';

/** The spans of one trace. */
export interface TracedSpans {
  readonly trace: Trace;
  readonly spans: readonly Span[];
}

/** The scope of all spans, and the conventions that their attributes follow. */
export const scope = { name: 'streambed', schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' };

/**
 * Returns an export request for some traces in OTLP's JSON encoding: ids are in hexadecimal, and
 * numbers of 64 bits are texts.
 */
export function toOtlpJson(resource: Attributes, traces: readonly TracedSpans[]): string {
  const spans = traces.flatMap(({ trace, spans: own }) => own.map((span) => toSpan(trace, span)));
  const { schemaUrl, ...name } = scope;
  const scopeSpans = [{ scope: name, spans, schemaUrl }];
  return JSON.stringify({
    resourceSpans: [{ resource: { attributes: toAttributes(resource) }, scopeSpans }],
  });
}

function toSpan(trace: Trace, span: Span): object {
  const { traceId, state } = trace;
  const { spanId, parentSpanId, name, kind, startMs, endMs, attributes, events = [] } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...(state === undefined ? {} : { traceState: state }),
    name,
    kind: spanKinds[kind],
    startTimeUnixNano: toNanos(startMs),
    endTimeUnixNano: toNanos(endMs),
    attributes: toAttributes(attributes),
    ...(events.length === 0 ? {} : { events: events.map(toEvent) }),
    flags: flagsOf(trace, span),
    status: { code: span.hasFailed === true ? 2 : 0 },
  };
}

/** Bit 8 says that bit 9 is known: whether the parent is outside of this system. */
function flagsOf({ isSampled, parentSpanId }: Trace, span: Span): number {
  const isRemote = parentSpanId !== undefined && span.parentSpanId === parentSpanId;
  return (isSampled ? 1 : 0) | 0x100 | (isRemote ? 0x200 : 0);
}

function toEvent({ name, atMs }: SpanEvent): object {
  return { name, timeUnixNano: toNanos(atMs) };
}

/** Microseconds since 1970 are whole numbers of less than 53 bits; nanoseconds are not. */
function toNanos(ms: number): string {
  return `${Math.round(ms * 1_000)}000`;
}

function toAttributes(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: toValue(value) }],
  );
}

function toValue(value: NonNullable<Attributes[string]>): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'object') return { arrayValue: { values: value.map(toValue) } };
  return Number.isSafeInteger(value) ? { intValue: value } : { doubleValue: value };
}
