import * as v from 'valibot';
import type { Decision } from '#domain/model/tools.ts';
import type { ChatQuestion } from '#protocol/turn/chat-request.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { invalid } from '#protocol/http/json-body.ts';

/** The fields of a `useChat` request that say what is asked (AI SDK 7, `DefaultChatTransport`). */
export const uiMessages = {
  id: identifier,
  messages: v.array(
    v.object({
      id: v.optional(v.string()),
      /** As the message has it from our `start`: a message that goes on keeps its first id. */
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
  /** The message that is edited, or whose answer is asked for again. */
  messageId: v.optional(v.string()),
};

type UiChat = v.InferOutput<v.ObjectSchema<typeof uiMessages, undefined>>;

/**
 * The question of a `useChat` request. It carries the whole conversation, of which we read the
 * last user message only: history is ours. The ids of assistant messages are those of our turns.
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
    return { type: 'approve', turnId, decisions, goesOn: true };
  }
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const parts = messages[at]?.parts ?? [];
  const file = parts.findIndex(({ type }) => type === 'file');
  if (file !== -1) throw invalid(`messages.${at}.parts.${file}: files are not taken here`);
  const text = parts.map((piece) => piece.text ?? '').join('');
  if (text.trim() === '') throw invalid('messages: the last user message must have text');
  if (trigger === 'regenerate-message') {
    return { type: 'regenerate', text, ...(messageId === undefined ? {} : { turnId: messageId }) };
  }
  if (messageId === undefined) return { type: 'message', text };
  // An edit: the message is asked anew in the place where it was.
  const before = messages.slice(0, at).findLast(({ role }) => role === 'assistant');
  return { type: 'message', text, parentId: before?.id ?? null };
}

/** The answers of a person to `tool-approval-request` parts (AI SDK, `addToolApprovalResponse`). */
function decisionsIn(parts: UiChat['messages'][number]['parts']): readonly Decision[] {
  return parts.flatMap(({ state, approval }) => {
    if (state !== 'approval-responded' || approval?.approved === undefined) return [];
    return [{ toolUseId: approval.id, isApproved: approval.approved }];
  });
}
