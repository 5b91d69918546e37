import * as v from 'valibot';
import { wordsOf, type SearchRequest } from '#domain/conversation/search.ts';
import { parseWith } from '#protocol/http/json-body.ts';

const maxWords = 8;

/** The query parameters of a search in conversations. */
export const conversationSearchSchema = v.object({
  query: v.pipe(
    v.string('must be a string'),
    v.maxLength(200, 'must be at most 200 characters'),
    v.check((query) => wordsOf(query).length > 0, 'must not be blank'),
    v.check(
      (query) => wordsOf(query).length <= maxWords,
      `must be at most ${maxWords} different words`,
    ),
  ),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]$|^[1-4]\d$|^50$/u, 'must be a whole number from 1 to 50'),
      v.transform(Number),
    ),
    '20',
  ),
  cursor: v.optional(v.string()),
});

/**
 * Parses `query` (1 to 200 characters, at most 8 words), `limit` (1 to 50, 20 by default) and
 * `cursor`. Throws `invalid_request`.
 */
export function parseSearch(parameters: Readonly<Record<string, string>>): SearchRequest {
  const { query, limit, cursor } = parseWith(conversationSearchSchema, parameters);
  return { words: wordsOf(query), limit, ...(cursor === undefined ? {} : { cursor }) };
}
