import { findModelFacts } from '#aws/model/model-facts.ts';
import { efforts, promptCaches, type ModelTraits } from '#domain/model-settings.ts';

/** Returns which settings a model has, by its id or its profile's: those that are known. */
export function traitsOf(modelId: string): ModelTraits {
  const { effort, thinking, cache } = findModelFacts(modelId).facts ?? {};
  return {
    efforts: efforts.filter((level) => effort?.levels.includes(level)),
    thinks: thinking !== undefined,
    promptCaches: promptCaches.filter((lifetime) => cache?.ttls.includes(lifetime)),
  };
}
