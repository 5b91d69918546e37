import { betaFlags } from '#local/bedrock/rules/beta-flags.ts';
import { contentRules } from '#local/bedrock/rules/content/content-rules.ts';
import { effortLevels, effortWithoutThinking } from '#local/bedrock/rules/effort.ts';
import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';
import { nativeMembers } from '#local/bedrock/rules/native-members.ts';
import { prefill } from '#local/bedrock/rules/prefill.ts';
import {
  defaultTemperature,
  deprecatedSampling,
  exclusiveSampling,
} from '#local/bedrock/rules/sampling.ts';
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
  adaptiveToolChoice,
  fullEffort,
  thinkingBudget,
  thinkingKinds,
  thinkingSampling,
  thinkingToolChoice,
} from '#local/bedrock/rules/thinking.ts';
import { toolSchemaMembers } from '#local/bedrock/rules/tool-schema-members.ts';
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
  betaFlags,
  toolSchemaMembers,
  imageContent,
  systemMessages,
  deprecatedSampling,
  defaultTemperature,
  exclusiveSampling,
  thinkingKinds,
  thinkingBudget,
  effortLevels,
  effortWithoutThinking,
  thinkingSampling,
  thinkingToolChoice,
  adaptiveToolChoice,
  fullEffort,
  ...contentRules,
  prefill,
];

export interface RuleOptions {
  readonly isStreamed: boolean;
  /** The names of rules that apply although they are off by default. */
  readonly enabledRules: ReadonlySet<string>;
}

/** Throws the error of the first rule that a request breaks. */
export function checkModelRules(turn: ModelTurn, { isStreamed, enabledRules }: RuleOptions): void {
  const request = { ...turn, isStreamed };
  for (const { check, isOff, name } of modelRules) {
    if (isOff === undefined || enabledRules.has(name)) check(request);
  }
}

/** Returns the names as a set. Throws if one is not that of a rule that is off by default. */
export function readEnabledRules(names: readonly string[]): ReadonlySet<string> {
  const known = modelRules.flatMap(({ name, isOff }) => (isOff === undefined ? [] : [name]));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(names);
  throw new Error(`--rule: must be one of ${known.join(', ')}, not ${JSON.stringify(unknown)}`);
}
