import type { ModelReason } from '#domain/conversation/stream-event.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { staysWithin } from '#domain/model/fallbacks.ts';

export interface RouteRequest {
  /** The words of the question; absent where it is one that was asked before. */
  readonly text?: string | undefined;
  readonly system?: string | undefined;
  readonly maxTokens?: number | undefined;
}

/** What a question and its instructions may have, in tokens, and its answer, to be a simple one. */
const simple = { questionTokens: 150, systemTokens: 600, answerTokens: 1_024 };

/** Words of questions that want more than an answer that comes to mind; code does, too. */
const thoughtful =
  /```|\b(?:analy[sz]e|compare|contrast|debug|derive|design|evaluate|explain why|optimi[sz]e|plan|proof|prove|reason|refactor|review|step by step|strategy|trade-?offs?)\b|証明|分析|比較|設計|最適化|検討|考察|段階|手順|理由|なぜ|デバッグ|リファクタ/iu;

/**
 * Chooses between the first of the models, which answers everything, and the cheapest of the
 * others that answers where the first may, which answers what is simple.
 */
export function routeModel(
  models: readonly [string, ...string[]],
  prices: Prices,
  { text, system = '', maxTokens = 0 }: RouteRequest,
): { readonly modelId: string; readonly reason: ModelReason } {
  const [first] = models;
  const cheaper = cheapest(models, prices);
  const able = (reason: ModelReason) => ({ modelId: first, reason });
  if (cheaper === undefined) return able('no_cheaper_model');
  if (text === undefined) return able('goes_back_to_a_turn');
  if (maxTokens > simple.answerTokens) return able('long_answer_wanted');
  const isLong =
    estimateTokens(text) > simple.questionTokens || estimateTokens(system) > simple.systemTokens;
  if (isLong) return able('long_question');
  if (thoughtful.test(text)) return able('asks_for_thought');
  return { modelId: cheaper, reason: 'simple_question' };
}

function cheapest(
  [first, ...others]: readonly [string, ...string[]],
  prices: Prices,
): string | undefined {
  const output = (modelId: string): number => prices.of(modelId)?.output ?? Infinity;
  const [best] = others
    .filter((modelId) => staysWithin(first, modelId) && output(modelId) < output(first))
    .toSorted((one, other) => output(one) - output(other));
  return best;
}
