import { randomBytes } from 'node:crypto';
import type { TraceParent } from '#api/tracing/trace-parent.ts';

/** The attributes of a span, a point in time or a resource, by their names. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** The kinds of spans, with their numbers in OTLP. */
export const spanKinds = { internal: 1, server: 2, client: 3, consumer: 5 } as const;

export type SpanKind = keyof typeof spanKinds;

/** The trace that spans are part of. */
export interface Trace {
  readonly traceId: string;
  /** The span outside of this system that the trace continues. */
  readonly parentSpanId?: string | undefined;
  readonly state?: string | undefined;
  readonly isSampled: boolean;
}

/** A span that has ended. Times are in milliseconds since 1970, with fractions. */
export interface Span {
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events?: readonly SpanEvent[];
  readonly hasFailed?: boolean;
}

/** A point in time within a span. */
export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
}

/** Returns a new id of a span. */
export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Returns the trace of a turn: the caller's, or a new one. `ratio` of the traces for which the
 * caller has not decided are sampled.
 */
export function openTrace(parent: TraceParent | undefined, ratio: number): Trace {
  const traceId = parent?.traceId ?? randomBytes(16).toString('hex');
  return {
    traceId,
    parentSpanId: parent?.spanId,
    state: parent?.state,
    isSampled: parent?.isSampled ?? isWithin(traceId, ratio),
  };
}

/** Decides by the 56 random bits of a trace id, so that all services decide alike. */
function isWithin(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-14), 16) / 2 ** 56 >= 1 - ratio;
}

/**
 * Returns a clock in milliseconds since 1970 with the resolution of `performance.now`. It is set
 * when it is created: between invocations an environment is frozen, and the time since the start
 * of its process is too short then.
 */
export function startTraceClock(): () => number {
  const startedAtMs = Date.now();
  const startedAt = performance.now();
  return () => startedAtMs + performance.now() - startedAt;
}
