import type { ModelJson, ModelListJson } from '#protocol/openai/openai-schema.ts';

/** Returns a model in OpenAI's format. */
export function toModelJson(id: string): ModelJson {
  return { id, object: 'model', created: 0, owned_by: 'bedrock' };
}

/** Returns a list of models in OpenAI's format. */
export function toModelListJson(ids: readonly string[]): ModelListJson {
  return { object: 'list', data: ids.map(toModelJson) };
}
