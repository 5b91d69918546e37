import type { ModelReason } from '#domain/conversation/stream-event.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { estimateTokens } from '#domain/model/estimate-tokens.ts';
import { staysWithin } from '#domain/model/fallbacks.ts';

export interface RouteRequest {
  /** The text of the question; absent if the request refers to an earlier question. */
  readonly text?: string | undefined;
  readonly system?: string | undefined;
  readonly maxTokens?: number | undefined;
}

/** The maximum tokens of a simple request: of its question, its system prompt and its answer. */
const simpleLimits = { questionTokens: 150, systemTokens: 600, answerTokens: 1_024 };

/** Words of questions that need thought. Code does, too. */
const thoughtPattern =
  /```|\b(?:analy[sz]e|compare|contrast|debug|derive|design|evaluate|explain why|optimi[sz]e|plan|proof|prove|reason|refactor|review|step by step|strategy|trade-?offs?)\b|証明|分析|比較|設計|最適化|検討|考察|段階|手順|理由|なぜ|デバッグ|リファクタ/iu;

/**
 * Returns the model for a request, and the reason. Simple questions go to the cheapest model that
 * stays within the Regions of the first model. All other requests go to the first model.
 */
export function routeModel(
  models: readonly [string, ...string[]],
  prices: Prices,
  { text, system = '', maxTokens = 0 }: RouteRequest,
): { readonly modelId: string; readonly reason: ModelReason } {
  const [first] = models;
  const cheaper = findCheaperModel(first, models, prices);
  const useFirst = (reason: ModelReason) => ({ modelId: first, reason });
  if (cheaper === undefined) return useFirst('no_cheaper_model');
  if (text === undefined) return useFirst('goes_back_to_a_turn');
  if (maxTokens > simpleLimits.answerTokens) return useFirst('long_answer_wanted');
  const isLong =
    estimateTokens(text) > simpleLimits.questionTokens ||
    estimateTokens(system) > simpleLimits.systemTokens;
  if (isLong) return useFirst('long_question');
  if (thoughtPattern.test(text)) return useFirst('asks_for_thought');
  return { modelId: cheaper, reason: 'simple_question' };
}

/**
 * Returns the cheapest of some models that costs less than a model and stays within its Regions;
 * undefined if there is none.
 */
export function findCheaperModel(
  modelId: string,
  models: readonly string[],
  prices: Prices,
): string | undefined {
  const outputPrice = (id: string): number => prices.of(id)?.output ?? Infinity;
  const [cheapest] = models
    .filter((id) => staysWithin(modelId, id) && outputPrice(id) < outputPrice(modelId))
    .toSorted((one, other) => outputPrice(one) - outputPrice(other));
  return cheapest;
}
