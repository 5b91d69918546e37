import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { invalidParameter, notFoundError } from '#local/bedrock/api/openai/openai-error.ts';
import { allModels, type ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { findModel, findTextModel } from '#local/bedrock/model/models.ts';

/** Returns the text model that a request names. Throws the errors of OpenAI's API. */
export function requireTextModel(call: BedrockCall, id: string): ModelFacts {
  const isEmbedding = allModels.some((model) => model.id === id && model.output !== 'TEXT');
  if (isEmbedding) throw unsupported(call, id);
  return orNotFound(id, () => findTextModel(id, call.context.policy));
}

/** Returns the embedding model that a request names. Throws the errors of OpenAI's API. */
export function requireEmbeddingModel(call: BedrockCall, id: string): ModelFacts {
  const model = orNotFound(id, () => findModel(id, call.context.policy));
  if (model.output === 'EMBEDDING') return model;
  throw unsupported(call, id);
}

/** Returns the error for a model that does not exist, in the words of `bedrock-mantle`. */
export function unknownModel(id: string, hint?: string): BedrockError {
  return notFoundError(`The model '${id}' does not exist`, hint);
}

function orNotFound(id: string, find: () => ModelFacts): ModelFacts {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof BedrockError) || error.type !== 'ValidationException') throw error;
    throw unknownModel(id, error.hint);
  }
}

function unsupported({ request }: BedrockCall, id: string): BedrockError {
  const [path] = request.url.split('?');
  return invalidParameter(`The model '${id}' does not support the '${path}' API`);
}
