import type { ModelRule } from '#local/bedrock/rules/model-rule.ts';
import { prefill } from '#local/bedrock/rules/prefill.ts';
import { deprecatedSampling, exclusiveSampling } from '#local/bedrock/rules/sampling.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';

/** All rules, in the order in which they apply: the first that a request breaks is reported. */
export const modelRules: readonly ModelRule[] = [deprecatedSampling, exclusiveSampling, prefill];

/** Throws the error of the first rule that a request breaks. Rules that are off do not apply. */
export function checkModelRules(turn: ModelTurn, isStreamed: boolean): void {
  for (const { check, isOff } of modelRules) {
    if (isOff === undefined) check({ ...turn, isStreamed });
  }
}
