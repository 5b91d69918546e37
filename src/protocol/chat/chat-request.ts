import type { TurnFormat } from '#protocol/turn/turn-encoding.ts';
import * as v from 'valibot';
import { invalidRequest } from '#domain/errors.ts';
import { maxAttachments } from '#domain/conversation/attachment.ts';
import { maxCacheMs, type ChatRequest } from '#domain/chat/chat-request.ts';
import { maxMessageLength, messageTextSchema } from '#protocol/conversation/message-text.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';
import { optionFields, toOptions } from '#protocol/chat/chat-options.ts';
import { toUiQuestion, uiMessages } from '#protocol/chat/ui-chat-request.ts';

/** A chat request, and the format in which its answer is requested. */
export interface ParsedChat {
  readonly chat: ChatRequest;
  readonly format?: TurnFormat | undefined;
}

const cacheSeconds = { default: 3_600, max: maxCacheMs / 1_000 };
const seconds = `must be a whole number from 1 to ${cacheSeconds.max}`;
const cache = v.union(
  [
    v.boolean(),
    v.strictObject({
      ttl_seconds: v.pipe(
        v.number(seconds),
        v.integer(seconds),
        v.minValue(1, seconds),
        v.maxValue(cacheSeconds.max, seconds),
      ),
    }),
  ],
  `must be true or false, or an object whose ttl_seconds ${seconds}`,
);

const idsRule = `must be a list of at most ${maxAttachments} ids`;

/** The files of a message, by the ids that their uploads returned. */
const attachmentIds = v.pipe(
  v.array(identifier, idsRule),
  v.maxLength(maxAttachments, idsRule),
  v.check((ids) => new Set(ids).size === ids.length, 'must not name a file twice'),
);

/** A prompt that is not stored. */
export const oneShot = v.strictObject({
  prompt: messageTextSchema,
  cache: v.optional(cache),
  ...optionFields,
});
const inConversation = v.strictObject({
  message: messageTextSchema,
  conversation_id: v.optional(identifier),
  parent_turn_id: v.optional(v.nullable(identifier)),
  attachments: v.optional(attachmentIds),
  ...optionFields,
});
const regenerate = v.strictObject({
  conversation_id: identifier,
  regenerate_turn_id: identifier,
  ...optionFields,
});
const continuation = v.strictObject({
  conversation_id: identifier,
  continue_turn_id: identifier,
  ...optionFields,
});

const approval = v.strictObject({
  conversation_id: identifier,
  approve_turn_id: identifier,
  approvals: v.pipe(
    v.array(
      v.strictObject({
        tool_use_id: v.string('must be a string'),
        approved: v.boolean('must be true or false'),
      }),
      'must be a list of {"tool_use_id","approved"}',
    ),
    v.minLength(1, 'must not be empty'),
  ),
  ...optionFields,
});

/** A request has exactly one of these fields: the question. */
const questionFields = [
  'prompt',
  'message',
  'regenerate_turn_id',
  'continue_turn_id',
  'approve_turn_id',
] as const;

/** What an unmodified `useChat` of the AI SDK sends. It may have more fields than are read. */
const uiChat = v.object({ ...uiMessages, ...optionFields });

/** Every kind of chat request. */
export const chatSchema = v.union([
  oneShot,
  inConversation,
  regenerate,
  continuation,
  approval,
  uiChat,
]);

/**
 * Parses the body of a chat request. Throws `invalid_request` with a message that names the field
 * and what was expected.
 */
export function parseChatRequest(body: string): ParsedChat {
  const json = parseJsonObject(body);
  const chat = 'messages' in json ? fromUiChat(parseWith(uiChat, json)) : fromJson(json);
  return { chat, format: parseWith(withFormat, json).format };
}

/** The format was already checked with the other fields. */
const withFormat = v.looseObject({ format: optionFields.format });

function fromJson(json: object): ChatRequest {
  const [field, other] = questionFields.filter((name) => name in json);
  if (other !== undefined) throw invalidRequest(other, `cannot be set together with ${field}`);
  if ((field === undefined || field === 'prompt') && 'conversation_id' in json) {
    throw invalidRequest('message', 'is required for a turn in a conversation');
  }
  if (field === undefined) {
    throw invalidRequest('prompt', 'is required, or message for a turn in a conversation');
  }
  switch (field) {
    case 'prompt':
      return parseOneShot(json);
    case 'message':
      return fromMessage(parseWith(inConversation, json));
    case 'regenerate_turn_id': {
      const {
        conversation_id: id,
        regenerate_turn_id: turnId,
        ...rest
      } = parseWith(regenerate, json);
      const question = { type: 'regenerate', turnId } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
    case 'approve_turn_id': {
      const { conversation_id: id, approve_turn_id: turnId, ...rest } = parseWith(approval, json);
      const decisions = rest.approvals.map(({ tool_use_id: toolUseId, approved: isApproved }) => {
        return { toolUseId, isApproved };
      });
      const question = { type: 'approve', turnId, decisions } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
    case 'continue_turn_id': {
      const {
        conversation_id: id,
        continue_turn_id: turnId,
        ...rest
      } = parseWith(continuation, json);
      const question = { type: 'continue', turnId } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
  }
}

/** Parses a prompt that is not stored. Throws `invalid_request`. */
export function parseOneShot(json: object): ChatRequest {
  const { prompt, cache: caching, ...rest } = parseWith(oneShot, json);
  const ttl = typeof caching === 'object' ? caching.ttl_seconds : caching && cacheSeconds.default;
  return {
    question: { type: 'message', text: prompt },
    ...toOptions(rest),
    cacheMs: typeof ttl === 'number' ? ttl * 1_000 : undefined,
  };
}

function fromMessage(body: v.InferOutput<typeof inConversation>): ChatRequest {
  const { message: text, conversation_id: id, parent_turn_id: parentId, ...others } = body;
  const { attachments, ...rest } = others;
  if (id === undefined && typeof parentId === 'string') {
    throw invalidRequest('parent_turn_id', 'requires the conversation_id of the turn');
  }
  // An empty list is the same request as none.
  const files = attachments?.length === 0 ? undefined : attachments;
  const question = { type: 'message', text, attachmentIds: files } as const;
  return {
    question: parentId === undefined ? question : { ...question, parentId },
    conversation: id === undefined ? { create: true } : { id, create: false },
    ...toOptions(rest),
  };
}

function fromUiChat({ id, ...chat }: v.InferOutput<typeof uiChat>): ChatRequest {
  const question = toUiQuestion({ id, ...chat });
  if (
    'text' in question &&
    question.text !== undefined &&
    question.text.length > maxMessageLength
  ) {
    throw invalidRequest('messages', `a message must be at most ${maxMessageLength} characters`);
  }
  return { question, conversation: { id, create: true }, ...toOptions(chat) };
}
