import {
  conversationListJson,
  conversationPageJson,
} from '#protocol/conversation/conversation-schema.ts';
import * as v from 'valibot';
import { ChatError, toErrorCode, type ErrorCode } from '#domain/errors.ts';
import { callApi } from './call-api.ts';
import { parseExactJson } from '#domain/json.ts';

const problemJson = v.object({
  code: v.string(),
  detail: v.string(),
  request_id: v.optional(v.string()),
  turn_id: v.optional(v.string()),
});

/** Returns the error that a failed response describes, or else what its status says. */
export async function toError(response: Response): Promise<ChatError> {
  const parsed = v.safeParse(problemJson, await response.json().catch(() => undefined));
  if (!parsed.success) return new ChatError(codeOf(response.status), `HTTP ${response.status}`);
  const { code, detail, turn_id: liveTurnId, request_id: requestId } = parsed.output;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ChatError(toErrorCode(code), detail, {
    liveTurnId,
    requestId,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}

/** API Gateway and proxies have errors of their own, which no function has described. */
function codeOf(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 429) return 'throttled';
  return status === 502 || status === 503 || status === 504 ? 'model_unavailable' : 'internal';
}

export type ConversationList = v.InferOutput<typeof conversationListJson>;
export type ConversationPage = v.InferOutput<typeof conversationPageJson>;

/** Returns one page of conversations, the most recently used first. Throws a `ChatError`. */
export async function listConversations(
  cursor?: string,
  limit?: number,
): Promise<ConversationList> {
  const response = await callApi(`/conversations${queryOf({ cursor, limit })}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationListJson, await response.json());
}

/**
 * Returns a conversation with one page of its turns: the newest, or the older ones at `cursor`.
 * Throws a `ChatError`.
 */
export async function readConversation(
  conversationId: string,
  cursor?: string,
  limit?: number,
): Promise<ConversationPage> {
  const query = queryOf({ cursor, limit });
  const response = await callApi(`${conversationPath(conversationId)}${query}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationPageJson, parseExactJson(await response.text()));
}

/**
 * Deletes a conversation permanently, even if the page is closed meanwhile. One that is gone
 * already is fine. Throws a `ChatError`.
 */
export async function deleteConversation(conversationId: string): Promise<void> {
  const path = conversationPath(conversationId);
  const response = await callApi(path, { method: 'DELETE', keepalive: true });
  if (!response.ok && response.status !== 404) throw await toError(response);
}

/** Gives a conversation another title. Throws a `ChatError`. */
export async function renameConversation(conversationId: string, title: string): Promise<void> {
  const response = await callApi(conversationPath(conversationId), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title }),
  });
  if (!response.ok) throw await toError(response);
}

/** Returns the path of a conversation in the API. */
export function conversationPath(conversationId: string): string {
  return `/conversations/${encodeURIComponent(conversationId)}`;
}

function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
