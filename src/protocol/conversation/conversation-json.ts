import type { Page } from '#domain/conversation/conversations.ts';
import * as v from 'valibot';
import type { Conversation } from '#domain/conversation/conversation.ts';
import { messageText } from '#domain/conversation/message.ts';
import { interruptedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson, usageJson } from '#protocol/conversation/usage-json.ts';

const time = v.pipe(v.string(), v.isoTimestamp());

const turnJson = v.object({
  turn_id: v.string(),
  /** The turn that this one follows; null where it opens the conversation. */
  parent_turn_id: v.nullable(v.string()),
  state: v.picklist(['running', 'complete', 'stopped', 'interrupted', 'failed', 'timed_out']),
  message: v.string(),
  response: v.string(),
  model: v.string(),
  created_at: time,
  stop_reason: v.optional(v.string()),
  usage: v.optional(usageJson),
  /** US dollars; absent where the model has no known price. */
  cost_usd: v.optional(v.number()),
  /** The model was not heard out: this is what it can have cost at most. */
  cost_estimated: v.optional(v.literal(true)),
  error_code: v.optional(v.string()),
  /** What parts of the answer stand on, and the steps on the way to it. */
  citations: v.optional(v.array(v.unknown())),
  trace: v.optional(v.array(v.unknown())),
});

/** A turn as the conversations door shows it; a live one is `running` and has no answer yet. */
export type TurnJson = v.InferOutput<typeof turnJson>;

const conversationJson = v.object({
  conversation_id: v.string(),
  title: v.string(),
  created_at: time,
  updated_at: time,
});

export type ConversationJson = v.InferOutput<typeof conversationJson>;

export const conversationListJson = v.object({
  conversations: v.array(conversationJson),
  cursor: v.optional(v.string()),
});

/** A conversation with a page of its turns, oldest first; `cursor` asks for older ones. */
export const conversationPageJson = v.object({
  ...conversationJson.entries,
  /** The last turn that began: the next one follows it. */
  head_turn_id: v.nullable(v.string()),
  turns: v.array(turnJson),
  cursor: v.optional(v.string()),
});

export function toConversationJson(conversation: Conversation): ConversationJson {
  return {
    conversation_id: conversation.conversationId,
    title: conversation.title,
    created_at: toTime(conversation.createdAtMs),
    updated_at: toTime(conversation.updatedAtMs),
  };
}

export function toConversationList(
  page: Page<Conversation>,
): v.InferOutput<typeof conversationListJson> {
  return { conversations: page.items.map(toConversationJson), ...cursorOf(page) };
}

/**
 * A conversation with a page of its turns, which it shows as they are at `nowMs`: give its live
 * turn only with the newest page. A live turn whose lease is over was interrupted, though nobody
 * has stored that yet; one that has just been stored as ended is not shown twice.
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

function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
