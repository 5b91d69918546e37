import { estimateMessages, estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { estimated, type Usage } from '#domain/conversation/usage.ts';

/** What a token costs, in billionths of a US dollar: dollars for a million tokens, times 1,000. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface Prices {
  /** The price of a model; undefined where nobody has said it. */
  of(modelId: string): Price | undefined;
  /** What is reckoned with for a model without a price. */
  readonly dearest: Price;
}

/** What a turn cost. */
export interface Cost {
  /** Billionths of a US dollar. */
  readonly nanoUsd: number;
  /** The model was not heard out: it is what it can have cost at most. */
  readonly isEstimated?: true;
}

/** What it costs to use a model so much, in billionths of a US dollar. */
export function nanoUsdFor(price: Price, usage: Usage): number {
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } = usage;
  return Math.ceil(
    inputTokens * price.input +
      outputTokens * price.output +
      cacheReadInputTokens * price.cacheRead +
      cacheWriteInputTokens * price.cacheWrite,
  );
}

/** The most tokens that answering a request can take, with room for what is not in it yet. */
export function usageAtMost(request: Omit<ModelRequest, 'modelId'>, moreInputTokens = 0): Usage {
  const { messages, system = '', inference, answerSoFar = '', tools = [], outputSchema } = request;
  const form =
    tools.length === 0 && outputSchema === undefined ? '' : JSON.stringify([tools, outputSchema]);
  const inputTokens =
    estimateMessages(messages) + estimateTokens(system + answerSoFar + form) + moreInputTokens;
  const outputTokens = inference.maxTokens ?? outputWithoutLimit;
  return estimated(inputTokens, outputTokens);
}

/** What models say at most when nobody limits them. */
const outputWithoutLimit = 8_192;
