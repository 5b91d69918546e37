import type { ChatRequest } from '#domain/chat/chat-request.ts';
import { isIdentifier } from '#domain/identifier.ts';
import * as v from 'valibot';
import { ChatError, invalidRequest } from '#domain/errors.ts';
import { oneShot, parseOneShot } from '#protocol/chat/chat-request.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/** A one-shot chat to run in the background, and the URL that is called when it ends. */
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

const { format: _, cache: __, ...chatFields } = oneShot.entries;

/** A one-shot chat, and the URL that is called when it ends. */
export const taskSchema = v.strictObject({ ...chatFields, ...callback });

/** Parses the body of a task. Throws `invalid_request` that names the invalid field. */
export function parseTaskRequest(body: string): TaskRequest {
  const { callback_url: url, ...json } = parseWith(withCallback, parseJsonObject(body));
  const chat = parseOneShot(json);
  for (const name of ['format', 'cache']) {
    if (name in json) throw invalidRequest(name, 'is not a field of this request');
  }
  return url === undefined ? { chat } : { chat, callbackUrl: url };
}

/** Returns the task id from a path. Throws `not_found` if no task can have it. */
export function parseTaskId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownTask();
}

/** Returns the error for a task that does not exist. */
export function unknownTask(): ChatError {
  return new ChatError('not_found', 'There is no such task.');
}
