import * as v from 'valibot';
import { maxQueryLength } from '#domain/model/knowledge.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/** A search in a knowledge base. */
export interface KnowledgeSearch {
  readonly text: string;
  readonly limit: number;
  /** The knowledge base; absent for the first one of the deployment. */
  readonly name?: string;
}

const limitRule = 'must be a whole number from 1 to 50';

/** The body of a search. */
export const searchSchema = v.strictObject({
  query: v.pipe(
    v.string('must be a string'),
    v.maxLength(maxQueryLength, `must be at most ${maxQueryLength} characters`),
    v.regex(/\S/u, 'must not be blank'),
  ),
  limit: v.optional(
    v.pipe(
      v.number(limitRule),
      v.integer(limitRule),
      v.minValue(1, limitRule),
      v.maxValue(50, limitRule),
    ),
    5,
  ),
  knowledge_base: v.optional(identifier),
});

/** Parses `{"query","limit"?,"knowledge_base"?}`. Throws `invalid_request` that names the field. */
export function parseKnowledgeSearch(body: string): KnowledgeSearch {
  const {
    query: text,
    limit,
    knowledge_base: name,
  } = parseWith(searchSchema, parseJsonObject(body));
  return name === undefined ? { text, limit } : { text, limit, name };
}
