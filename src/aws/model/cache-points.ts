import { estimateMessages, estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { ModelRequest } from '#domain/model/model.ts';

/** The minimum length of a cached prefix for each model, in tokens (Bedrock's user guide). */
const minimums: readonly (readonly [model: RegExp, tokens: number])[] = [
  [/anthropic\.claude-(?:haiku-4-5|opus-4-[5-8])/u, 4_096],
  [/anthropic\.claude-sonnet-4-6/u, 2_048],
  [/anthropic\.claude-(?:sonnet-4-5|sonnet-5|opus-5)/u, 1_024],
  [/amazon\.nova-(?:micro|lite|pro)/u, 1_000],
];

/** Returns the minimum length of a cached prefix; undefined for a model without a cache. */
export function minCacheTokensOf(modelId: string): number | undefined {
  return minimums.find(([model]) => model.test(modelId))?.[1];
}

/** Where a prompt has cache points. */
export interface CachePoints {
  readonly afterSystem: boolean;
  /** The indexes of the messages that a cache point follows. */
  readonly afterMessages: ReadonlySet<number>;
}

/**
 * Returns where caching a prompt pays off. Long system prompts are cached, because every request
 * repeats them. A conversation of more than one turn is cached after its last two questions: this
 * turn reads the earlier point, and the next turn reads the later one.
 */
export function cachePointsFor({ modelId, system = '', messages }: ModelRequest): CachePoints {
  const minTokens = minCacheTokensOf(modelId) ?? Infinity;
  const systemTokens = estimateTokens(system);
  const questions = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : []));
  const isWorthIt = (index: number): boolean =>
    systemTokens + estimateMessages(messages.slice(0, index + 1)) >= minTokens;
  return {
    afterSystem: systemTokens >= minTokens,
    afterMessages: new Set(questions.length < 2 ? [] : questions.slice(-2).filter(isWorthIt)),
  };
}
