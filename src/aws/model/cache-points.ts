import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { estimateMessages, estimateTokens } from '#domain/model/estimate-tokens.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { findModelFacts } from '#aws/model/model-facts.ts';

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
  const { minTokens = Infinity } = findModelFacts(modelId).facts?.cache ?? {};
  const systemTokens = estimateTokens(system);
  const questions = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : []));
  const isWorthIt = (index: number): boolean =>
    systemTokens + estimateMessages(messages.slice(0, index + 1)) >= minTokens;
  return {
    afterSystem: systemTokens >= minTokens,
    afterMessages: new Set(questions.length < 2 ? [] : questions.slice(-2).filter(isWorthIt)),
  };
}

/**
 * Returns the last position in a message at which its model takes a cache point, and 0 if it takes
 * none. Claude refuses one behind a document that is not a PDF, and Nova one behind the result of a
 * tool (docs/bedrock-rules.md).
 */
export function placeOfCachePoint(content: readonly ContentBlock[], modelId: string): number {
  const { cache } = findModelFacts(modelId).facts ?? {};
  const takesOne = ({ document, toolResult }: ContentBlock): boolean =>
    (document === undefined || document.format === 'pdf') &&
    (toolResult === undefined || cache?.afterToolResults !== false);
  return content.findLastIndex(takesOne) + 1;
}
