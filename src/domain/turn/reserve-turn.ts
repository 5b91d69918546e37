import { toEstimatedUsage, type Usage } from '#domain/conversation/usage.ts';
import { maxUsage } from '#domain/model/estimate-tokens.ts';
import { passageTokens } from '#domain/model/knowledge.ts';
import {
  maxConcurrentCalls,
  maxResultCharacters,
  maxSchemaTokens,
  maxToolSteps,
  type ToolUse,
} from '#domain/model/tools.ts';
import type { Reservation } from '#domain/spending/ledger.ts';
import { maxSpending } from '#domain/spending/pricing.ts';
import type { Question } from '#domain/turn/question.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';

/**
 * Returns the most that a turn can cost: an answer of full length from the most expensive model
 * that may give it, after a history of full length, because the history has not been read yet.
 */
export function reserveTurn(
  { clock, prices }: Pick<TurnPorts, 'clock' | 'prices'>,
  request: TurnRequest,
  { question, answerSoFar, messages = [question] }: Question,
): Reservation {
  const { owner, turnId, modelId, fallbackIds = [], options, extensions } = request;
  const history = hasHistory(request) ? request.maxHistoryTokens : 0;
  const passages = extensions.knowledge === undefined ? 0 : passageTokens;
  const once = maxUsage({ ...options, messages, answerSoFar }, history + passages);
  const usage = withToolSteps(extensions.toolUse, once);
  const max = maxSpending(prices, [modelId, ...fallbackIds], usage, options);
  return { owner, turnId, atMs: clock.now(), max };
}

/** The model is asked again after each step of its tools, with everything up to there. */
function withToolSteps(toolUse: ToolUse | undefined, once: Usage): Usage {
  if (toolUse === undefined) return once;
  const results = maxResultCharacters * maxConcurrentCalls * (maxToolSteps - 1);
  const schemas = toolUse.sets.length * maxSchemaTokens;
  const inputTokens = once.inputTokens + schemas + results + once.outputTokens * (maxToolSteps - 1);
  return toEstimatedUsage(inputTokens * maxToolSteps, once.outputTokens * maxToolSteps);
}

function hasHistory({ conversation, input }: TurnRequest): boolean {
  if (conversation === undefined || conversation.mode === 'new') return false;
  const isFirst = input.type === 'edit' && input.parentId === null;
  return conversation.expiresAtMs === undefined && !isFirst;
}
