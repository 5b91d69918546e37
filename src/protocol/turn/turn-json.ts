import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { toGroundsJson } from '#protocol/conversation/passage-json.ts';
import { toCostJson, toUsageJson } from '#protocol/conversation/usage-json.ts';

/** What the `json` format says of a turn before its answer. */
export function toTurnStart(start: TurnEvent & { type: 'turn-start' }): Record<string, unknown> {
  return {
    conversation_id: start.conversationId ?? null,
    turn_id: start.turnId,
    model: start.modelId,
    ...(start.modelReason === undefined ? {} : { model_reason: start.modelReason }),
    ...(start.repeats === undefined ? {} : { [start.repeats]: true }),
  };
}

/** What the `json` format says of a turn's answer. */
export function toTurnAnswer(answer: Answer, cost: Cost | undefined): Record<string, unknown> {
  return {
    response: messageText(toMessage(answer)),
    stop_reason: answer.stopReason,
    usage: answer.usage === undefined ? null : toUsageJson(answer.usage),
    ...toGroundsJson(answer),
    ...toCostJson(cost),
  };
}
