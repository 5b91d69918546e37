import type { Page } from '#domain/conversation/conversations.ts';
import * as v from 'valibot';
import type { Conversation } from '#domain/conversation/conversation.ts';
import { messageText } from '#domain/conversation/message.ts';
import { interruptedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { time, toTime } from '#protocol/http/json-fields.ts';
import { groundsFields, toGroundsJson } from '#protocol/conversation/passage-json.ts';
import {
  costFields,
  toCostJson,
  toUsageJson,
  usageJson,
} from '#protocol/conversation/usage-json.ts';

const turnJson = v.object({
  turn_id: v.string(),
  /** The turn that this one follows; null if it is the first of the conversation. */
  parent_turn_id: v.nullable(v.string()),
  state: v.picklist(['running', 'complete', 'stopped', 'interrupted', 'failed', 'timed_out']),
  message: v.string(),
  response: v.string(),
  model: v.string(),
  created_at: time,
  stop_reason: v.optional(v.string()),
  usage: v.optional(usageJson),
  ...costFields,
  error_code: v.optional(v.string()),
  ...groundsFields,
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
  turns: v.array(turnJson),
  cursor: v.optional(v.string()),
});

/** Returns a conversation in the public JSON, without its turns. */
export function toConversationJson(conversation: Conversation): ConversationJson {
  return {
    conversation_id: conversation.conversationId,
    title: conversation.title,
    created_at: toTime(conversation.createdAtMs),
    updated_at: toTime(conversation.updatedAtMs),
  };
}

/** Returns a page of conversations in the public JSON. */
export function toConversationList(
  page: Page<Conversation>,
): v.InferOutput<typeof conversationListJson> {
  return { conversations: page.items.map(toConversationJson), ...cursorOf(page) };
}

/**
 * Returns a conversation with a page of its turns, as they are at `nowMs`. Its live turn belongs
 * to the newest page only. A live turn whose lease is over is shown as interrupted, although that
 * is not stored yet; one that was just stored as ended is not shown twice.
 */
export function toConversationPage(
  conversation: Conversation,
  page: Page<Turn>,
  nowMs: number,
): v.InferOutput<typeof conversationPageJson> {
  const turns = page.items.map(toTurnJson).toReversed();
  const live = conversation.liveTurn;
  const ended = live === undefined || page.items.some((turn) => turn.turnId === live.turnId);
  return {
    ...toConversationJson(conversation),
    head_turn_id: conversation.headId ?? null,
    turns: ended ? turns : [...turns, toLiveTurnJson(live, nowMs)],
    ...cursorOf(page),
  };
}

function toLiveTurnJson(live: LiveTurn, nowMs: number): TurnJson {
  const nothing = { role: 'assistant', content: [] } as const;
  const json = toTurnJson(interruptedTurn(live, nothing, nowMs));
  return live.leaseUntilMs <= nowMs ? json : { ...json, state: 'running' };
}

function toTurnJson(turn: Turn): TurnJson {
  return {
    turn_id: turn.turnId,
    parent_turn_id: turn.parentId ?? null,
    state: turn.state,
    message: messageText(turn.question),
    response: messageText(turn.answer),
    model: turn.modelId,
    created_at: toTime(turn.startedAtMs),
    ...(turn.stopReason === undefined ? {} : { stop_reason: turn.stopReason }),
    ...(turn.usage === undefined ? {} : { usage: toUsageJson(turn.usage) }),
    ...toCostJson(turn.cost),
    ...toGroundsJson(turn.answer),
    ...(turn.errorCode === undefined ? {} : { error_code: turn.errorCode }),
  };
}

function cursorOf({ cursor }: Page<unknown>): { cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}

/** The answer to a request to stop a turn, in the public JSON. */
export const stoppingJson = v.strictObject({
  turn_id: v.nullable(v.string()),
  stopping: v.boolean(),
});

/** Returns whether a turn is being stopped; `turnId` is undefined if none is live. */
export function toStoppingJson(turnId: string | undefined): v.InferOutput<typeof stoppingJson> {
  return { turn_id: turnId ?? null, stopping: turnId !== undefined };
}
