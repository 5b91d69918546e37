import type { SearchResultJson } from '#protocol/model/knowledge-schema.ts';
import type { Passage } from '#domain/conversation/message.ts';
import { toPassageJson } from '#protocol/conversation/passage-json.ts';

/** Returns the passages found in a knowledge base, best first, in the public JSON. */
export function toSearchResultJson(name: string, passages: readonly Passage[]): SearchResultJson {
  return { knowledge_base: name, passages: passages.map(toPassageJson) };
}
