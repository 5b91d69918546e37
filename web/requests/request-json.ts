import * as v from 'valibot';
import { toError } from '../chat/api.ts';
import { callApi } from '../chat/call-api.ts';

/** Calls the REST API and returns its JSON. Throws a `ChatError` if it refuses. */
export async function requestJson<Schema extends v.GenericSchema>(
  schema: Schema,
  path: string,
  init: RequestInit = {},
): Promise<v.InferOutput<Schema>> {
  const response = await callApi(path, init);
  if (!response.ok) throw await toError(response);
  return v.parse(schema, await response.json());
}

/**
 * Sends JSON. The key makes the request the same one however often it is sent. Throws like
 * `requestJson`.
 */
export async function sendJson<Schema extends v.GenericSchema>(
  schema: Schema,
  path: string,
  { body, key, signal }: SentJson,
): Promise<v.InferOutput<Schema>> {
  return requestJson(schema, path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

export interface SentJson {
  readonly body: object;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** Deletes something. What is already gone is deleted, too. Throws a `ChatError`. */
export async function sendDelete(path: string): Promise<void> {
  const response = await callApi(path, { method: 'DELETE' });
  if (!response.ok && response.status !== 404) throw await toError(response);
}
