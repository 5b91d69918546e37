import { findModelFacts } from '#aws/model/model-facts.ts';
import type { ModelDescription } from '#domain/chat/offer.ts';

/**
 * Returns the name of a model and what its messages can contain, by its id or its profile's. A model
 * of which nothing is known accepts text.
 */
export function describeModel(modelId: string): Omit<ModelDescription, 'price'> {
  const { id, facts } = findModelFacts(modelId);
  return {
    name: facts?.name ?? nameFrom(id),
    input: [
      'text',
      ...(facts?.images === true ? (['image'] as const) : []),
      ...(facts?.documents === true ? (['document'] as const) : []),
    ],
  };
}

/** Returns a name for an id without its provider, date and version: `acme.new-thing-v1:0` is New Thing. */
function nameFrom(id: string): string {
  const words = id
    .slice(id.indexOf('.') + 1)
    .replace(/(?:-20\d{6})?(?:-?v\d+)?(?::\d+)?$/u, '')
    .split('-');
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(' ');
}
