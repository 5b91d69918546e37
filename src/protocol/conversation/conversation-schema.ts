import { usageJson } from '#protocol/conversation/usage-schema.ts';
import * as v from 'valibot';
import { attachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { contentJson, costFields, groundsFields } from '#protocol/conversation/answer-schema.ts';
import { time } from '#protocol/http/json-schema.ts';

const turnJson = v.object({
  turn_id: v.string(),
  /** The turn that this one follows; null if it is the first of the conversation. */
  parent_turn_id: v.nullable(v.string()),
  state: v.picklist(['running', 'complete', 'stopped', 'interrupted', 'failed', 'timed_out']),
  message: v.string(),
  attachments: v.optional(v.array(attachmentJson)),
  response: v.string(),
  content: contentJson,
  model: v.string(),
  created_at: time,
  /** When the answer ended. That is not known of an interrupted turn. */
  ended_at: v.optional(time),
  stop_reason: v.optional(v.string()),
  usage: v.optional(usageJson),
  ...costFields,
  error_code: v.optional(v.string()),
  error_detail: v.optional(v.string()),
  ...groundsFields,
  feedback: v.optional(
    v.strictObject({ rating: v.picklist(['good', 'bad']), comment: v.optional(v.string()) }),
  ),
});

/** A turn in the public JSON. A live one is `running` and has no answer yet. */
export type TurnJson = v.InferOutput<typeof turnJson>;

const conversationJson = v.object({
  conversation_id: v.string(),
  title: v.string(),
  created_at: time,
  updated_at: time,
});

export type ConversationJson = v.InferOutput<typeof conversationJson>;

/** A page of conversations in the public JSON. */
export const conversationListJson = v.object({
  conversations: v.array(conversationJson),
  cursor: v.optional(v.string()),
});

/** A conversation with a page of its turns, oldest first; `cursor` asks for older ones. */
export const conversationPageJson = v.object({
  ...conversationJson.entries,
  /** The latest turn, which the next one follows. */
  head_turn_id: v.nullable(v.string()),
  /** What the client chose for its messages: fields of chat requests. */
  settings: v.optional(v.record(v.string(), v.unknown())),
  turns: v.array(turnJson),
  cursor: v.optional(v.string()),
});

/** A page of conversations that contain all words of a query. */
export const conversationSearchJson = v.object({
  results: v.array(
    v.object({
      conversation_id: v.string(),
      title: v.string(),
      updated_at: time,
      /** The turn with most of the words; absent if only the title has them. */
      turn_id: v.optional(v.string()),
      /** The text of that turn around its first match. */
      excerpt: v.optional(v.string()),
    }),
  ),
  cursor: v.optional(v.string()),
});

/** The answer to a request to stop a turn, in the public JSON. */
export const stoppingJson = v.strictObject({
  turn_id: v.nullable(v.string()),
  stopping: v.boolean(),
});

export type ConversationListJson = v.InferOutput<typeof conversationListJson>;
export type ConversationPageJson = v.InferOutput<typeof conversationPageJson>;
export type ConversationSearchJson = v.InferOutput<typeof conversationSearchJson>;
export type StoppingJson = v.InferOutput<typeof stoppingJson>;
