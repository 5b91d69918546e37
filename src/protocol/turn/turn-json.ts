import * as v from 'valibot';
import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { groundsFields, toGroundsJson } from '#protocol/conversation/passage-json.ts';
import {
  costFields,
  toCostJson,
  toUsageJson,
  usageJson,
} from '#protocol/conversation/usage-json.ts';

/** What the public JSON has of a turn's answer. */
export const answerFields = {
  response: v.string(),
  stop_reason: v.nullable(v.string()),
  usage: v.nullable(usageJson),
  ...costFields,
  ...groundsFields,
};

/** A turn in the `json` format. */
export const turnAnswerJson = v.strictObject({
  conversation_id: v.nullable(v.string()),
  turn_id: v.string(),
  model: v.string(),
  model_reason: v.optional(v.string()),
  replayed: v.optional(v.literal(true)),
  cached: v.optional(v.literal(true)),
  ...answerFields,
});

export type TurnAnswerJson = v.InferOutput<typeof turnAnswerJson>;

type TurnStartJson = Omit<TurnAnswerJson, keyof typeof answerFields>;

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
export function toTurnAnswer(
  answer: Answer,
  cost: Cost | undefined,
): Pick<TurnAnswerJson, keyof typeof answerFields> {
  return {
    response: messageText(toMessage(answer)),
    stop_reason: answer.stopReason ?? null,
    usage: answer.usage === undefined ? null : toUsageJson(answer.usage),
    ...toGroundsJson(answer),
    ...toCostJson(cost),
  };
}
