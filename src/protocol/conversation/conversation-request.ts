import { isIdentifier } from '#domain/identifier.ts';
import type { PageRequest } from '#domain/conversation/conversations.ts';
import * as v from 'valibot';
import { isTitle } from '#domain/conversation/conversation.ts';
import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

const limit = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^[1-9]\d?$|^100$/u, 'must be a whole number from 1 to 100'),
    v.transform(Number),
  ),
  '30',
);

/** The query parameters that select a page of a list. */
export const pageSchema = v.object({ limit, cursor: v.optional(v.string()) });

/** The title of a conversation. */
export const titleText = v.pipe(
  v.string('must be a string'),
  v.trim(),
  v.minLength(1, 'must not be blank'),
  v.check(isTitle, 'must be at most 80 characters'),
);

/** Parses `limit` (1 to 100, 30 by default) and `cursor`. Throws `invalid_request`. */
export function parsePage(query: Readonly<Record<string, string>>): PageRequest {
  const { limit: size, cursor } = parseWith(pageSchema, query);
  return cursor === undefined ? { limit: size } : { limit: size, cursor };
}

/** Returns the conversation id from a path. Throws `not_found` if no conversation can have it. */
export function parseConversationId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownConversation();
}

/** The turn to stop. */
export const stopSchema = v.strictObject({ turn_id: v.optional(identifier) });

/**
 * Parses the id of the turn to stop; undefined if the body is empty or names none. Throws
 * `invalid_request`.
 */
export function parseStop(body: string): string | undefined {
  return body === '' ? undefined : parseWith(stopSchema, parseJsonObject(body)).turn_id;
}
