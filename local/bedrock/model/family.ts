import { allModels, hasEnded, type ModelFacts } from '#local/bedrock/model/catalogue.ts';

/**
 * Returns a model of unknown id as the newest one of its family: of those whose ids begin with the
 * same provider and word (`amazon.nova`), or else with the same provider. Returns undefined if the
 * provider is unknown.
 */
export function likeFamily(id: string): ModelFacts | undefined {
  const [provider = ''] = id.split('.');
  const [line = ''] = id.split('-');
  const related = allModels.filter((model) => model.id.startsWith(`${provider}.`));
  const family = related.filter((model) => model.id.startsWith(`${line}-`));
  const candidates = family.length > 0 ? family : related;
  const newest = candidates.find((model) => !hasEnded(model)) ?? candidates[0];
  return newest && asModel(id, newest);
}

/** Returns a model that behaves like a known one, and answers to its bare id and to any profile. */
export function asModel(id: string, known: ModelFacts): ModelFacts {
  return {
    ...known,
    id,
    onDemand: true,
    profiles: ['us', 'eu', 'apac', 'jp', 'au', 'ca', 'in', 'us-gov', 'global'],
    lifecycle: { status: 'active' },
  };
}
