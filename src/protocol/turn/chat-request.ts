import { maxMessageLength, messageTextSchema } from '#protocol/conversation/message-text.ts';
import * as v from 'valibot';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type { PromptMessage } from '#domain/conversation/message.ts';
import type { InferenceConfig, OutputOptions } from '#domain/model/model.ts';

import type { Decision } from '#domain/model/tools.ts';
import { options, toOptions, type TurnFormat } from '#protocol/turn/chat-options.ts';
import { identifier } from '#protocol/http/identifier.ts';
import { invalid, parsed, parseJsonObject } from '#protocol/http/json-body.ts';
import { toUiQuestion, uiMessages } from '#protocol/turn/ui-chat-request.ts';

/** What is asked: something new, or something of a turn that was before. */
export type ChatQuestion =
  /** `parentId`: the turn to follow, `null` for none, left out for the last one. */
  | { readonly type: 'message'; readonly text: string; readonly parentId?: string | null }
  /** Another answer to the same question; of the last turn, where none is named. */
  | { readonly type: 'regenerate'; readonly turnId?: string; readonly text?: string }
  | { readonly type: 'continue'; readonly turnId: string }
  /** The rest of an answer that waits for a word on its calls. */
  | {
      readonly type: 'approve';
      readonly turnId: string;
      readonly decisions: readonly Decision[];
      /** The reader has the answer so far, and goes on with it. */
      readonly goesOn?: true;
    }
  /** What was said so far, as the caller keeps it; only one-shot. */
  | { readonly type: 'exchange'; readonly messages: readonly PromptMessage[] };

/** A chat request, whichever of its forms it came in. */
export interface ChatRequest extends OutputOptions {
  readonly question: ChatQuestion;
  /** Left out for a one-shot prompt. `create` allows an id that is not known yet. */
  readonly conversation?: { readonly id?: string; readonly create: boolean };
  readonly modelId?: string;
  readonly system?: string;
  readonly inference: InferenceConfig;
  readonly format?: TurnFormat;
  /** The knowledge base that the answer is to stand on. */
  readonly knowledge?: Omit<KnowledgeUse, 'owner'>;
  /** The agent that is to answer. */
  readonly agent?: string;
  /** The names of sets of tools of ours. */
  readonly toolSets?: readonly string[];
  /** How old an answer to the same prompt may be that is given again; left out for none. */
  readonly cacheMs?: number;
}

const cacheSeconds = { usual: 3_600, max: 86_400 };
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

/** A prompt of which nothing is kept. */
export const oneShot = v.strictObject({
  prompt: messageTextSchema,
  cache: v.optional(cache),
  ...options,
});
const inConversation = v.strictObject({
  message: messageTextSchema,
  conversation_id: v.optional(identifier),
  parent_turn_id: v.optional(v.nullable(identifier)),
  ...options,
});
const again = v.strictObject({
  conversation_id: identifier,
  regenerate_turn_id: identifier,
  ...options,
});
const onwards = v.strictObject({
  conversation_id: identifier,
  continue_turn_id: identifier,
  ...options,
});

const approving = v.strictObject({
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
  ...options,
});

/** The fields of which a request has exactly one: it says what is asked. */
const questions = [
  'prompt',
  'message',
  'regenerate_turn_id',
  'continue_turn_id',
  'approve_turn_id',
] as const;

/** What an unmodified `useChat` of the AI SDK sends; it may carry more than we read. */
const uiChat = v.object({ ...uiMessages, ...options });

/** All forms of a chat request. */
export const chatSchema = v.union([oneShot, inConversation, again, onwards, approving, uiChat]);

/**
 * Reads the body of a chat request. Throws `invalid_request` with a message that names the field
 * and what was expected of it.
 */
export function parseChatRequest(body: string): ChatRequest {
  const json = parseJsonObject(body);
  if ('messages' in json) return fromUiChat(parsed(uiChat, json));
  const [asked, other] = questions.filter((name) => name in json);
  if (other !== undefined) throw invalid(`${other}: give either ${asked} or this, not both`);
  if ((asked === undefined || asked === 'prompt') && 'conversation_id' in json) {
    throw invalid('message: is required, for a turn in a conversation');
  }
  if (asked === undefined) {
    throw invalid('prompt: is required, or message for a turn in a conversation');
  }
  switch (asked) {
    case 'prompt':
      return parseOneShot(json);
    case 'message':
      return fromMessage(parsed(inConversation, json));
    case 'regenerate_turn_id': {
      const { conversation_id: id, regenerate_turn_id: turnId, ...rest } = parsed(again, json);
      const question = { type: 'regenerate', turnId } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
    case 'approve_turn_id': {
      const {
        conversation_id: id,
        approve_turn_id: turnId,
        approvals,
        ...rest
      } = parsed(approving, json);
      const decisions = approvals.map(({ tool_use_id: toolUseId, approved: isApproved }) => {
        return { toolUseId, isApproved };
      });
      const question = { type: 'approve', turnId, decisions } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
    case 'continue_turn_id': {
      const { conversation_id: id, continue_turn_id: turnId, ...rest } = parsed(onwards, json);
      const question = { type: 'continue', turnId } as const;
      return { question, conversation: { id, create: false }, ...toOptions(rest) };
    }
  }
}

/** Reads a chat request that is a prompt of which nothing is kept. Throws `invalid_request`. */
export function parseOneShot(json: object): ChatRequest {
  const { prompt, cache: cached, ...rest } = parsed(oneShot, json);
  const ttl = typeof cached === 'object' ? cached.ttl_seconds : cached && cacheSeconds.usual;
  return {
    question: { type: 'message', text: prompt },
    ...toOptions(rest),
    ...(typeof ttl === 'number' ? { cacheMs: ttl * 1_000 } : {}),
  };
}

function fromMessage(body: v.InferOutput<typeof inConversation>): ChatRequest {
  const { message: text, conversation_id: id, parent_turn_id: parentId, ...rest } = body;
  if (id === undefined && typeof parentId === 'string') {
    throw invalid('parent_turn_id: needs the conversation_id that the turn is in');
  }
  const question = { type: 'message', text } as const;
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
    throw invalid(`messages: a message must be at most ${maxMessageLength} characters`);
  }
  return { question, conversation: { id, create: true }, ...toOptions(chat) };
}
