import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';
import type { AnswerJson, TurnStartJson } from '#protocol/turn/turn-schema.ts';

/** Returns what the `json` format has of a turn before its answer. */
export function toTurnStart(start: TurnEvent & { type: 'turn-start' }): TurnStartJson {
  return {
    conversation_id: start.conversationId ?? null,
    turn_id: start.turnId,
    model: start.modelId,
    ...(start.modelReason === undefined ? {} : { model_reason: start.modelReason }),
    ...(start.repeats === undefined ? {} : { [start.repeats]: true }),
  };
}

/** Returns what the `json` format has of a turn's answer. */
export function toTurnAnswer(answer: Answer, cost: Cost | undefined): AnswerJson {
  return {
    response: messageText(toMessage(answer)),
    stop_reason: answer.stopReason ?? null,
    usage: answer.usage === undefined ? null : toUsageJson(answer.usage),
    ...toGroundsJson(answer),
    ...toCostJson(cost),
  };
}
