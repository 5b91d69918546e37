import * as v from 'valibot';
import { passageJson } from '#protocol/conversation/answer-schema.ts';

/** The passages found in a knowledge base, in the public JSON. */
export const searchResultJson = v.strictObject({
  knowledge_base: v.string(),
  passages: v.array(passageJson),
});

export type SearchResultJson = v.InferOutput<typeof searchResultJson>;
