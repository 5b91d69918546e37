import { isIdentifier } from '#domain/identifier.ts';
import type { PageRequest } from '#domain/conversation/conversations.ts';
import * as v from 'valibot';
import { isTitle } from '#domain/conversation/conversation.ts';
import { unknownConversation, unknownTurn } from '#domain/conversation/conversation-errors.ts';
import type { Feedback } from '#domain/conversation/turn.ts';
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

/** Returns the turn id from a path. Throws `not_found` if no turn can have it. */
export function parseTurnId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownTurn();
}

/** What a person thinks of an answer. */
export const feedbackSchema = v.strictObject({
  rating: v.picklist(['good', 'bad'], 'must be good or bad'),
  comment: v.optional(
    v.pipe(
      v.string('must be a string'),
      v.maxLength(2_000, 'must be at most 2000 characters'),
      v.regex(/\S/u, 'must not be blank'),
    ),
  ),
});

/** Parses feedback on a turn. Throws `invalid_request`. */
export function parseFeedback(body: string): Feedback {
  const { rating, comment } = parseWith(feedbackSchema, parseJsonObject(body));
  return comment === undefined ? { rating } : { rating, comment };
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
