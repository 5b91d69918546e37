import type { ChatRequest } from '#domain/chat/chat-request.ts';
import { isIdentifier } from '#domain/identifier.ts';
import * as v from 'valibot';
import { ChatError } from '#domain/errors.ts';
import { oneShot, parseOneShot } from '#protocol/chat/chat-request.ts';
import { invalid, parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

export interface TaskRequest {
  readonly chat: ChatRequest;
  readonly callbackUrl?: string;
}

const maxUrlLength = 2_048;

const callbackUrl = v.pipe(
  v.string('must be a string'),
  v.maxLength(maxUrlLength, `must be at most ${maxUrlLength} characters`),
);

const callback = { callback_url: v.optional(callbackUrl) };
const withCallback = v.looseObject(callback);

const { format: _, cache: __, ...asked } = oneShot.entries;

/** A one-shot chat, and where to tell its end. */
export const taskSchema = v.strictObject({ ...asked, ...callback });

/**
 * Reads a task: a one-shot chat request, and where to tell its end. Throws `invalid_request` with
 * the field at fault.
 */
export function parseTaskRequest(body: string): TaskRequest {
  const { callback_url: url, ...json } = parseWith(withCallback, parseJsonObject(body));
  const chat = parseOneShot(json);
  for (const name of ['format', 'cache']) {
    if (name in json) throw invalid(`${name}: is not a field of this request`);
  }
  return url === undefined ? { chat } : { chat, callbackUrl: url };
}

/** The id in a path. One that cannot exist is unknown, like any other. */
export function parseTaskId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownTask();
}

export function unknownTask(): ChatError {
  return new ChatError('not_found', 'There is no such task.');
}
