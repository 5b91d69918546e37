import * as v from 'valibot';
import { count } from '#protocol/http/json-schema.ts';

/*
 * Schemas of responses have files of their own. The functions import only their types, so that
 * bundles do not contain them.
 */

/** The cost of a turn, in the public JSON. */
export const costFields = {
  /** US dollars; absent if the model has no known price. */
  cost_usd: v.optional(v.number()),
  /** The model was cut off: this is the most that it can have cost. */
  cost_estimated: v.optional(v.literal(true)),
};

/** A passage in the public JSON. */
export const passageJson = v.strictObject({
  text: v.string(),
  source: v.string(),
  title: v.optional(v.string()),
  score: v.optional(v.number()),
});

const citationJson = v.strictObject({
  start: v.optional(count),
  end: v.optional(count),
  sources: v.array(passageJson),
});

/** What an answer is based on: its citations, and the steps that led to it. */
export const groundsFields = {
  citations: v.optional(v.array(citationJson)),
  trace: v.optional(v.array(v.looseObject({ type: v.string() }))),
};

/** How long a block took, in seconds; absent if it arrived in one piece, or was not measured. */
const seconds = v.optional(v.pipe(v.number(), v.minValue(0)));

/** A block of an answer. */
const contentBlockJson = v.variant('type', [
  v.strictObject({ type: v.literal('text'), text: v.string() }),
  v.strictObject({ type: v.literal('reasoning'), text: v.string(), seconds }),
  v.strictObject({
    type: v.literal('tool_call'),
    tool_use_id: v.string(),
    name: v.string(),
    /** JSON; text if the call was cut off, or its input is not valid. */
    input: v.unknown(),
    status: v.picklist(['done', 'failed', 'waiting', 'denied', 'unfinished']),
    result: v.optional(v.string()),
    seconds,
  }),
  v.strictObject({ type: v.literal('search'), query: v.string(), passages: v.array(passageJson) }),
  v.strictObject({
    type: v.literal('citation'),
    /** The characters of `response` that are cited. */
    span: v.optional(v.strictObject({ start: count, end: count })),
    passages: v.array(passageJson),
  }),
]);

/** The blocks of an answer, in their order. */
export const contentJson = v.array(contentBlockJson);

export type ContentBlockJson = v.InferOutput<typeof contentBlockJson>;
export type PassageJson = v.InferOutput<typeof passageJson>;
export type CitationJson = v.InferOutput<typeof citationJson>;
