import type { TraceSpan } from '#local/traces/read-export.ts';

/** The spans of one trace, in the order in which they began. */
export interface StoredTrace {
  readonly traceId: string;
  readonly spans: readonly TraceSpan[];
}

/** Which traces to return; all of them by default. */
export interface TraceFilter {
  readonly traceId?: string | undefined;
  /** The value of an attribute that a span of the trace must have, by the attribute's name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Traces in memory, the newest ones. */
export interface TraceStore {
  add(spans: readonly TraceSpan[]): void;
  /** Returns the traces that match, the latest first. */
  find(filter: TraceFilter): readonly StoredTrace[];
}

/** How much is kept. A trace with more spans has the first ones. */
const maxTraces = 500;
const maxSpans = 2_000;

/** Returns an empty store. */
export function createTraceStore(): TraceStore {
  // The trace that was added to last is the last one.
  const traces = new Map<string, TraceSpan[]>();
  return {
    add(spans) {
      for (const span of spans) {
        const { traceId } = span;
        const stored = traces.get(traceId) ?? [];
        traces.delete(traceId);
        traces.set(traceId, stored);
        if (stored.length < maxSpans) stored.push(span);
      }
      for (const traceId of [...traces.keys()].slice(0, -maxTraces)) traces.delete(traceId);
    },
    find({ traceId: id, attributes, limit }) {
      const wanted = Object.entries(attributes);
      const matches = ([traceId, spans]: readonly [string, readonly TraceSpan[]]): boolean =>
        (id === undefined || traceId === id) &&
        wanted.every(([name, value]) => spans.some((span) => span.attributes[name] === value));
      return [...traces]
        .filter(matches)
        .slice(-limit)
        .toReversed()
        .map(([traceId, spans]) => ({ traceId, spans: spans.toSorted(byStart) }));
    },
  };
}

function byStart(one: TraceSpan, other: TraceSpan): number {
  return one.startedAt.localeCompare(other.startedAt);
}
