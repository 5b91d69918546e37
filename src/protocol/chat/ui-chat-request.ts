import type { ChatQuestion } from '#domain/chat/chat-request.ts';
import * as v from 'valibot';
import type { Decision } from '#domain/model/tools.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { invalidRequest } from '#domain/errors.ts';

/** The fields of a `useChat` request that hold the question (AI SDK 7, `DefaultChatTransport`). */
export const uiMessages = {
  id: identifier,
  messages: v.array(
    v.object({
      id: v.optional(v.string()),
      /** From Streambed's `start` part: a message that is continued keeps its first id. */
      metadata: v.optional(v.object({ turn_id: v.optional(v.string()) })),
      role: v.string(),
      parts: v.array(
        v.object({
          type: v.string(),
          text: v.optional(v.string()),
          state: v.optional(v.string()),
          approval: v.optional(v.object({ id: v.string(), approved: v.optional(v.boolean()) })),
        }),
      ),
    }),
    'must be an array of UI messages',
  ),
  trigger: v.optional(v.string()),
  /** The message that is edited or regenerated. */
  messageId: v.optional(v.string()),
};

type UiChat = v.InferOutput<v.ObjectSchema<typeof uiMessages, undefined>>;

/**
 * Returns the question of a `useChat` request. The request has the whole conversation, but only
 * the last user message is read, because Streambed stores the history. The ids of assistant
 * messages are turn ids. Throws `invalid_request`.
 */
export function toUiQuestion({
  messages,
  trigger,
  messageId,
}: UiChat): Extract<ChatQuestion, { type: 'message' | 'regenerate' | 'approve' }> {
  const last = messages.at(-1);
  const decisions = last?.role === 'assistant' ? decisionsIn(last.parts) : [];
  const turnId = last?.metadata?.turn_id ?? last?.id;
  if (turnId !== undefined && decisions.length > 0) {
    return { type: 'approve', turnId, decisions, continues: true };
  }
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const parts = messages[at]?.parts ?? [];
  const file = parts.findIndex(({ type }) => type === 'file');
  if (file !== -1) throw invalidRequest(`messages.${at}.parts.${file}`, 'files are not supported');
  const text = parts.map((piece) => piece.text ?? '').join('');
  if (text.trim() === '') throw invalidRequest('messages', 'the last user message must have text');
  if (trigger === 'regenerate-message') {
    return { type: 'regenerate', text, ...(messageId === undefined ? {} : { turnId: messageId }) };
  }
  if (messageId === undefined) return { type: 'message', text };
  // An edit: the new message takes the place of the old one.
  const before = messages.slice(0, at).findLast(({ role }) => role === 'assistant');
  return { type: 'message', text, parentId: before?.id ?? null };
}

/** Returns a person's decisions on `tool-approval-request` parts (`addToolApprovalResponse`). */
function decisionsIn(parts: UiChat['messages'][number]['parts']): readonly Decision[] {
  return parts.flatMap(({ state, approval }) => {
    if (state !== 'approval-responded' || approval?.approved === undefined) return [];
    return [{ toolUseId: approval.id, isApproved: approval.approved }];
  });
}
