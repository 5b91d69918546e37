import * as v from 'valibot';

/** A model in OpenAI's format. */
export const modelJson = v.looseObject({
  id: v.string(),
  object: v.literal('model'),
  owned_by: v.string(),
});

/** A list of models in OpenAI's format. */
export const modelListJson = v.looseObject({ object: v.literal('list'), data: v.array(modelJson) });

type ModelJson = v.InferOutput<typeof modelJson>;

/** Returns a model in OpenAI's format. */
export function toModelJson(id: string): ModelJson {
  return { id, object: 'model', created: 0, owned_by: 'bedrock' };
}

/** Returns a list of models in OpenAI's format. */
export function toModelListJson(ids: readonly string[]): v.InferOutput<typeof modelListJson> {
  return { object: 'list', data: ids.map(toModelJson) };
}
