import * as v from 'valibot';
import type { Passage } from '#domain/conversation/message.ts';
import { passageJson, toPassageJson } from '#protocol/conversation/passage-json.ts';

/** The passages found in a knowledge base, in the public JSON. */
export const searchResultJson = v.strictObject({
  knowledge_base: v.string(),
  passages: v.array(passageJson),
});

/** Returns the passages found in a knowledge base, best first, in the public JSON. */
export function toSearchResultJson(
  name: string,
  passages: readonly Passage[],
): v.InferOutput<typeof searchResultJson> {
  return { knowledge_base: name, passages: passages.map(toPassageJson) };
}
