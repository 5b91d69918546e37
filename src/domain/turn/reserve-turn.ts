import { maxUsage } from '#domain/model/estimate-tokens.ts';
import { maxSpending } from '#domain/spending/pricing.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/open-turn.ts';
import { passageTokens } from '#domain/model/knowledge.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { Question } from '#domain/turn/question.ts';
import type { Reservation } from '#domain/spending/ledger.ts';
import {
  maxConcurrentCalls,
  maxResultCharacters,
  maxSchemaTokens,
  maxToolSteps,
} from '#domain/model/tools.ts';
import { estimated, type Usage } from '#domain/conversation/usage.ts';

/**
 * What is set aside for a turn: an answer of full length by the dearest model that may give it,
 * and a history as long as may be shown, for it is not read yet.
 */
export function reservationOf(
  { clock, prices }: Pick<TurnPorts, 'clock' | 'prices'>,
  request: TurnRequest,
  { question, answerSoFar, messages = [question] }: Question,
): Reservation {
  const { owner, turnId, modelId, fallbackIds = [] } = request;
  const said = answerSoFar === undefined ? {} : { answerSoFar };
  const asked = { ...request, ...said, messages };
  const past = hasPast(request) ? request.maxHistoryTokens : 0;
  const found = request.knowledge === undefined ? 0 : passageTokens;
  const usage = inSteps(asked, maxUsage(asked, past + found));
  const max = maxSpending(prices, [modelId, ...fallbackIds], usage);
  return { owner, turnId, atMs: clock.now(), max };
}

/** What a turn takes at most whose model is asked again after each step of its tools. */
function inSteps({ toolUse }: Pick<ModelRequest, 'toolUse'>, once: Usage): Usage {
  if (toolUse === undefined) return once;
  const results = maxResultCharacters * maxConcurrentCalls * (maxToolSteps - 1);
  const schemas = toolUse.sets.length * maxSchemaTokens;
  const inputTokens = once.inputTokens + schemas + results + once.outputTokens * (maxToolSteps - 1);
  return estimated(inputTokens * maxToolSteps, once.outputTokens * maxToolSteps);
}

function hasPast({ conversation, asked }: TurnRequest): boolean {
  if (conversation === undefined || conversation.mode === 'new') return false;
  const isFirst = asked.type === 'edit' && asked.parentId === null;
  return conversation.expiresAtMs === undefined && !isFirst;
}
