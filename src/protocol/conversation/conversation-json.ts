import type {
  ConversationJson,
  ConversationListJson,
  ConversationPageJson,
  ConversationSearchJson,
  StoppingJson,
  TurnJson,
} from '#protocol/conversation/conversation-schema.ts';
import type { Page } from '#domain/conversation/conversations.ts';
import type { Conversation } from '#domain/conversation/conversation.ts';
import type { SearchResult } from '#domain/conversation/search.ts';
import { messageText } from '#domain/conversation/message.ts';
import { interruptedTurn, type LiveTurn, type Turn } from '#domain/conversation/turn.ts';
import { toAttachmentsJson } from '#protocol/conversation/attachment-json.ts';
import { toTime } from '#protocol/http/time.ts';
import { toContentJson } from '#protocol/conversation/content-json.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';

/** Returns a conversation in the public JSON, without its turns. */
export function toConversationJson(conversation: Conversation): ConversationJson {
  return {
    conversation_id: conversation.conversationId,
    title: conversation.title,
    created_at: toTime(conversation.createdAtMs),
    updated_at: toTime(conversation.updatedAtMs),
  };
}

/** Returns everything about a conversation in the public JSON except its turns. */
export function toWholeConversationJson(
  conversation: Conversation,
): Omit<ConversationPageJson, 'turns'> {
  const { headId, settings } = conversation;
  return {
    ...toConversationJson(conversation),
    head_turn_id: headId ?? null,
    ...(settings === undefined ? {} : { settings }),
  };
}

/** Returns a page of conversations in the public JSON. */
export function toConversationList(page: Page<Conversation>): ConversationListJson {
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
): ConversationPageJson {
  const turns = page.items.map(toTurnJson).toReversed();
  const live = conversation.liveTurn;
  const ended = live === undefined || page.items.some((turn) => turn.turnId === live.turnId);
  return {
    ...toWholeConversationJson(conversation),
    turns: ended ? turns : [...turns, toLiveTurnJson(live, nowMs)],
    ...cursorOf(page),
  };
}

/** Returns a live turn in the public JSON, as it is at `nowMs` and without its answer. */
export function toLiveTurnJson(live: LiveTurn, nowMs: number): TurnJson {
  const nothing = { role: 'assistant', content: [] } as const;
  const json = toTurnJson(interruptedTurn(live, nothing, nowMs, live.maxNanoUsd ?? 0));
  return live.leaseUntilMs <= nowMs ? json : { ...json, state: 'running' };
}

/** Returns an ended turn in the public JSON. */
export function toTurnJson(turn: Turn): TurnJson {
  return {
    turn_id: turn.turnId,
    parent_turn_id: turn.parentId ?? null,
    state: turn.state,
    message: messageText(turn.question),
    ...toAttachmentsJson(turn.question),
    response: messageText(turn.answer),
    content: toContentJson(turn.answer),
    model: turn.modelId,
    created_at: toTime(turn.startedAtMs),
    // A turn is found to be interrupted some time after its worker is gone.
    ...(turn.state === 'interrupted' ? {} : { ended_at: toTime(turn.finishedAtMs) }),
    ...(turn.stopReason === undefined ? {} : { stop_reason: turn.stopReason }),
    ...(turn.usage === undefined ? {} : { usage: toUsageJson(turn.usage) }),
    ...toCostJson(turn.cost),
    ...toGroundsJson(turn.answer),
    ...(turn.errorCode === undefined ? {} : { error_code: turn.errorCode }),
    ...(turn.errorMessage === undefined ? {} : { error_detail: turn.errorMessage }),
    ...(turn.feedback === undefined ? {} : { feedback: turn.feedback }),
  };
}

/** Returns a page of conversations that were found in the public JSON. */
export function toSearchJson(page: Page<SearchResult>): ConversationSearchJson {
  const results = page.items.map(({ conversation, turnId, excerpt }) => ({
    conversation_id: conversation.conversationId,
    title: conversation.title,
    updated_at: toTime(conversation.updatedAtMs),
    ...(turnId === undefined ? {} : { turn_id: turnId }),
    ...(excerpt === undefined ? {} : { excerpt }),
  }));
  return { results, ...cursorOf(page) };
}

function cursorOf({ cursor }: Page<unknown>): { cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}

/** Returns whether a turn is being stopped; `turnId` is undefined if none is live. */
export function toStoppingJson(turnId: string | undefined): StoppingJson {
  return { turn_id: turnId ?? null, stopping: turnId !== undefined };
}
