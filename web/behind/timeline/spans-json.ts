import * as v from 'valibot';

/** The members of a span that the panel reads. */
export const spanEntries = {
  name: v.string(),
  /** In ISO 8601, to the millisecond. */
  startedAt: v.string(),
  durationMs: v.number(),
  status: v.picklist(['unset', 'ok', 'error']),
  attributes: v.record(v.string(), v.unknown()),
};

/** The answer of `/api/local/traces`: the spans of a turn, in the order in which they began. */
export const spansJson = v.object({ spans: v.array(v.object(spanEntries)) });

export type SpansJson = v.InferOutput<typeof spansJson>;
export type SpanJson = SpansJson['spans'][number];
