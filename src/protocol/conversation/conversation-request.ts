import { isIdentifier } from '#domain/identifier.ts';
import type { PageRequest } from '#domain/conversation/conversations.ts';
import * as v from 'valibot';
import { isTitle } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';
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

/** Which page of a list is asked for. */
export const pageSchema = v.object({ limit, cursor: v.optional(v.string()) });

/** A conversation's new title. */
export const titleSchema = v.strictObject({
  title: v.pipe(
    v.string('must be a string'),
    v.trim(),
    v.minLength(1, 'must not be blank'),
    v.check(isTitle, 'must be at most 80 characters'),
  ),
});

/** Reads `limit` (1 to 100, 30 by default) and `cursor`. Throws `invalid_request`. */
export function parsePage(query: Readonly<Record<string, string>>): PageRequest {
  const { limit: size, cursor } = parseWith(pageSchema, query);
  return cursor === undefined ? { limit: size } : { limit: size, cursor };
}

/** Reads the new title of a conversation. Throws `invalid_request`. */
export function parseTitle(body: string): string {
  return parseWith(titleSchema, parseJsonObject(body)).title;
}

/** The id in a path. One that cannot exist is unknown, like any other. */
export function parseConversationId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw new ChatError('not_found', 'There is no such conversation.');
}

/** Which turn is to be stopped. */
export const stopSchema = v.strictObject({ turn_id: v.optional(identifier) });

/** The turn that is to be stopped, where the body names one; it may be empty. */
export function parseStop(body: string): string | undefined {
  return body === '' ? undefined : parseWith(stopSchema, parseJsonObject(body)).turn_id;
}
