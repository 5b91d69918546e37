import { usageJson } from '#protocol/conversation/usage-schema.ts';
import * as v from 'valibot';
import { costFields, groundsFields } from '#protocol/conversation/answer-schema.ts';

/*
 * Schemas of responses have files of their own: the functions import only their types, so that
 * bundles do not contain them.
 */

/** What the public JSON has of a turn's answer. */
export const answerFields = {
  response: v.string(),
  stop_reason: v.nullable(v.string()),
  usage: v.nullable(usageJson),
  ...costFields,
  ...groundsFields,
};

/** A turn in the `json` format. */
export const turnAnswerJson = v.strictObject({
  conversation_id: v.nullable(v.string()),
  turn_id: v.string(),
  model: v.string(),
  model_reason: v.optional(v.string()),
  replayed: v.optional(v.literal(true)),
  cached: v.optional(v.literal(true)),
  ...answerFields,
});

export type AnswerJson = Pick<v.InferOutput<typeof turnAnswerJson>, keyof typeof answerFields>;

export type TurnStartJson = Omit<v.InferOutput<typeof turnAnswerJson>, keyof typeof answerFields>;
