import { effortLevels, effortWithoutThinking } from '#local/bedrock/rules/effort.ts';
import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';
import { nativeMembers } from '#local/bedrock/rules/native-members.ts';
import { prefill } from '#local/bedrock/rules/prefill.ts';
import { deprecatedSampling, exclusiveSampling } from '#local/bedrock/rules/sampling.ts';
import {
  contentBlocks,
  imageContent,
  maxTokens,
  structuredOutput,
  systemMessages,
  systemPrompt,
  systemTools,
  toolChoice,
  toolStreaming,
  toolUse,
} from '#local/bedrock/rules/support.ts';
import {
  fullEffort,
  thinkingBudget,
  thinkingKinds,
  thinkingSampling,
  thinkingToolChoice,
} from '#local/bedrock/rules/thinking.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/**
 * All rules, in the order in which they apply: the first that a request breaks is reported. Bedrock's
 * own come before those of the models.
 */
export const modelRules: readonly ModelRule[] = [
  systemPrompt,
  toolUse,
  toolStreaming,
  toolChoice,
  systemTools,
  structuredOutput,
  contentBlocks,
  maxTokens,
  nativeMembers,
  imageContent,
  systemMessages,
  deprecatedSampling,
  exclusiveSampling,
  thinkingKinds,
  thinkingBudget,
  effortLevels,
  effortWithoutThinking,
  thinkingSampling,
  thinkingToolChoice,
  fullEffort,
  prefill,
];

/** Throws the error of the first rule that a request breaks. Rules that are off do not apply. */
export function checkModelRules(turn: ModelTurn, isStreamed: boolean): void {
  const request = { ...turn, isStreamed };
  for (const { check, isOff } of modelRules) {
    if (isOff === undefined) check(request);
  }
}
