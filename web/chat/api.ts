import {
  conversationListJson,
  conversationPageJson,
} from '#protocol/conversation/conversation-schema.ts';
import * as v from 'valibot';
import { ChatError, toErrorCode } from '#domain/errors.ts';

const problemJson = v.object({
  code: v.string(),
  detail: v.string(),
  turn_id: v.optional(v.string()),
});

/** Returns the error that a failed response describes; `internal` if it describes none. */
export async function toError(response: Response): Promise<ChatError> {
  const parsed = v.safeParse(problemJson, await response.json().catch(() => undefined));
  if (!parsed.success) return new ChatError('internal', `HTTP ${response.status}`);
  const { code, detail, turn_id: liveTurnId } = parsed.output;
  return new ChatError(toErrorCode(code), detail, liveTurnId === undefined ? {} : { liveTurnId });
}

export type ConversationList = v.InferOutput<typeof conversationListJson>;
export type ConversationPage = v.InferOutput<typeof conversationPageJson>;

/** Returns one page of conversations, the most recently used first. Throws a `ChatError`. */
export async function listConversations(cursor?: string): Promise<ConversationList> {
  const response = await fetch(`/api/conversations${queryOf(cursor)}`);
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
): Promise<ConversationPage> {
  const response = await fetch(`${conversationPath(conversationId)}${queryOf(cursor)}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationPageJson, await response.json());
}

/** Deletes a conversation permanently. Throws a `ChatError`. */
export async function deleteConversation(conversationId: string): Promise<void> {
  const response = await fetch(conversationPath(conversationId), { method: 'DELETE' });
  if (!response.ok) throw await toError(response);
}

/** Returns the path of a conversation in the page's own API. */
export function conversationPath(conversationId: string): string {
  return `/api/conversations/${encodeURIComponent(conversationId)}`;
}

function queryOf(cursor: string | undefined): string {
  return cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
}
