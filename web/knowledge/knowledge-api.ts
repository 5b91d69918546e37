import { searchResultJson, type SearchResultJson } from '#protocol/model/knowledge-schema.ts';
import * as v from 'valibot';
import { requestJson, sendJson } from '../requests/request-json.ts';

/** What the page reads of the options of a deployment. */
const optionsJson = v.object({ knowledge_bases: v.array(v.object({ name: v.string() })) });

/** Returns the names of the knowledge bases; none if the deployment does not list them. */
export async function listBases(): Promise<readonly string[]> {
  try {
    const { knowledge_bases: bases } = await requestJson(optionsJson, '/options');
    return bases.map(({ name }) => name);
  } catch {
    return [];
  }
}

export interface KnowledgeQuery {
  readonly text: string;
  /** The knowledge base; undefined for the first one. */
  readonly base: string | undefined;
}

/** How many passages are shown. */
const limit = 10;

/** Returns the passages for a query, best first. Throws a `ChatError`. */
export async function searchKnowledge(
  { text, base }: KnowledgeQuery,
  signal: AbortSignal,
): Promise<SearchResultJson> {
  const body = { query: text, limit, ...(base === undefined ? {} : { knowledge_base: base }) };
  return sendJson(searchResultJson, '/knowledge/search', { body, signal });
}
