import type { ModelEntry, Traits } from '#models/facts.ts';
import { providers } from '#models/providers.ts';
import { traitsOf } from '#models/traits.ts';

/** The properties of a model: enough to reject what the real model would reject. */
export interface ModelFacts extends Omit<ModelEntry, 'traits'> {
  readonly provider: string;
  readonly traits: Traits;
}

/** All models, including those that AWS has retired. */
export const allModels: readonly ModelFacts[] = providers.flatMap((file) =>
  file.models.map((model) => {
    const traits = traitsOf(file, model.traits);
    return Object.assign({}, model, { provider: file.provider, traits });
  }),
);

/** Whether AWS has retired the model. */
export function hasEnded({ lifecycle }: ModelFacts): boolean {
  return lifecycle.status === 'ended';
}
