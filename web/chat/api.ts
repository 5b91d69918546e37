import {
  conversationListJson,
  conversationPageJson,
} from '#protocol/conversation/conversation-schema.ts';
import * as v from 'valibot';
import { ChatError, toErrorCode } from '#domain/errors.ts';

const problem = v.object({
  code: v.string(),
  detail: v.string(),
  turn_id: v.optional(v.string()),
});

/** The error that a refused request was answered with. */
export async function toError(response: Response): Promise<ChatError> {
  const parsed = v.safeParse(problem, await response.json().catch(() => undefined));
  if (!parsed.success) return new ChatError('internal', `HTTP ${response.status}`);
  const { code, detail, turn_id: liveTurnId } = parsed.output;
  return new ChatError(toErrorCode(code), detail, liveTurnId === undefined ? {} : { liveTurnId });
}

export type ConversationList = v.InferOutput<typeof conversationListJson>;
export type ConversationPage = v.InferOutput<typeof conversationPageJson>;

/** A page of conversations, the most recently used first. Throws a `ChatError`. */
export async function listConversations(cursor?: string): Promise<ConversationList> {
  const response = await fetch(`/api/conversations${queryOf(cursor)}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationListJson, await response.json());
}

/** A conversation with a page of its turns, the newest first asked for. Throws a `ChatError`. */
export async function readConversation(
  conversationId: string,
  cursor?: string,
): Promise<ConversationPage> {
  const response = await fetch(`${conversationPath(conversationId)}${queryOf(cursor)}`);
  if (!response.ok) throw await toError(response);
  return v.parse(conversationPageJson, await response.json());
}

/** Removes a conversation for good. Throws a `ChatError`. */
export async function removeConversation(conversationId: string): Promise<void> {
  const response = await fetch(conversationPath(conversationId), { method: 'DELETE' });
  if (!response.ok) throw await toError(response);
}

export function conversationPath(conversationId: string): string {
  return `/api/conversations/${encodeURIComponent(conversationId)}`;
}

function queryOf(cursor: string | undefined): string {
  return cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
}
