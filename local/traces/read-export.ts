/** A value of an attribute. */
export type AttributeValue = string | number | boolean | null | readonly AttributeValue[];

/** A span of a trace, as programs read it here. */
export interface TraceSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  /** In ISO 8601, to the millisecond. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly events: readonly TracePoint[];
  /** What sent the span. */
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

/** Something that happened within a span. */
export interface TracePoint {
  readonly name: string;
  /** From the start of the span on. */
  readonly afterMs: number;
}

/**
 * Returns the spans in an export request in OTLP's JSON encoding. Throws an error that names the
 * member at fault. Unknown members are ignored, as OTLP demands.
 */
export function readExport(json: string): readonly TraceSpan[] {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    throw new Error('the body must be JSON');
  }
  return listOf(body, 'resourceSpans').flatMap((each) => {
    const resource = attributesOf(memberOf(each, 'resource'));
    return listOf(each, 'scopeSpans').flatMap((scope) =>
      listOf(scope, 'spans').map((span) => readSpan(span, resource)),
    );
  });
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const statuses = ['unset', 'ok', 'error'] as const;

function readSpan(span: unknown, resource: TraceSpan['resource']): TraceSpan {
  const startMs = timeOf(span, 'startTimeUnixNano');
  const parentSpanId = memberOf(span, 'parentSpanId');
  const hasParent = typeof parentSpanId === 'string' && parentSpanId !== '';
  return {
    traceId: idOf(span, 'traceId', 32),
    spanId: idOf(span, 'spanId', 16),
    ...(hasParent ? { parentSpanId: idOf(span, 'parentSpanId', 16) } : {}),
    name: textOf(span, 'name'),
    kind: kinds[Number(memberOf(span, 'kind') ?? 0)] ?? 'unspecified',
    startedAt: new Date(startMs).toISOString(),
    durationMs: toTenths(timeOf(span, 'endTimeUnixNano') - startMs),
    status: statuses[Number(memberOf(memberOf(span, 'status'), 'code') ?? 0)] ?? 'unset',
    attributes: attributesOf(span),
    events: listOf(span, 'events').map((event) => ({
      name: textOf(event, 'name'),
      afterMs: toTenths(timeOf(event, 'timeUnixNano') - startMs),
    })),
    resource,
  };
}

function memberOf(value: unknown, name: string): unknown {
  return new Map<string, unknown>(Object.entries(value ?? {})).get(name);
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name);
  return typeof text === 'string' ? text : '';
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name) ?? [];
  if (Array.isArray(list)) return list;
  throw new Error(`${name} must be a list`);
}

/** Ids are hexadecimal, in capitals or not. */
function idOf(value: unknown, name: string, digits: number): string {
  const id = memberOf(value, name);
  if (typeof id === 'string' && id.length === digits && /^[\da-f]+$/iu.test(id)) {
    return id.toLowerCase();
  }
  throw new Error(`${name} must have ${digits} hexadecimal digits`);
}

/** Returns a time in nanoseconds, a number or a text, in milliseconds. */
function timeOf(value: unknown, name: string): number {
  const nanos = String(Object(memberOf(value, name)));
  // Nanoseconds since 1970 are more than a number holds.
  if (/^\d{1,19}$/u.test(nanos)) return Number(BigInt(nanos) / 1_000n) / 1_000;
  throw new Error(`${name} must be a time in nanoseconds`);
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function attributesOf(value: unknown): TraceSpan['attributes'] {
  const attributes = listOf(value, 'attributes').map((attribute) => {
    return [textOf(attribute, 'key'), valueOf(memberOf(attribute, 'value'))] as const;
  });
  return Object.fromEntries(attributes);
}

function valueOf(value: unknown): AttributeValue {
  const [type, content] = Object.entries(Object(value))[0] ?? [];
  if (content === undefined) return null;
  if (type === 'arrayValue') return listOf(content, 'values').map(valueOf);
  // A number of 64 bits is a text.
  if (type === 'intValue' || type === 'doubleValue') return Number(content);
  if (typeof content === 'string' || typeof content === 'boolean') return content;
  return JSON.stringify(content);
}
