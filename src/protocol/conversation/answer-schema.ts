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

export type PassageJson = v.InferOutput<typeof passageJson>;
export type CitationJson = v.InferOutput<typeof citationJson>;
