import { estimateMessages, estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { ModelRequest } from '#domain/model/model.ts';

/** The least a prompt must begin with for a model to cache it, in tokens (Bedrock's user guide). */
const minimums: readonly (readonly [model: RegExp, tokens: number])[] = [
  [/anthropic\.claude-(?:haiku-4-5|opus-4-[5-8])/u, 4_096],
  [/anthropic\.claude-sonnet-4-6/u, 2_048],
  [/anthropic\.claude-(?:sonnet-4-5|sonnet-5|opus-5)/u, 1_024],
  [/amazon\.nova-(?:micro|lite|pro)/u, 1_000],
];

export interface CachePoints {
  readonly afterSystem: boolean;
  /** The places of the messages after which there is one. */
  readonly afterMessages: ReadonlySet<number>;
}

/**
 * Where a prompt is worth caching: after instructions that are long enough, as they come with every
 * request; and in a conversation that has gone on already, after its last question, where the next
 * turn finds it, and the one before, where this turn does.
 */
export function cachePointsFor({ modelId, system = '', messages }: ModelRequest): CachePoints {
  const [, least = Infinity] = minimums.find(([model]) => model.test(modelId)) ?? [];
  const systemTokens = estimateTokens(system);
  const questions = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : []));
  const isWorthIt = (index: number): boolean =>
    systemTokens + estimateMessages(messages.slice(0, index + 1)) >= least;
  return {
    afterSystem: systemTokens >= least,
    afterMessages: new Set(questions.length < 2 ? [] : questions.slice(-2).filter(isWorthIt)),
  };
}
