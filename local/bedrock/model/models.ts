import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { allModels, hasEnded, type ModelFacts } from '#local/bedrock/model/catalogue.ts';

const models: ReadonlyMap<string, ModelFacts> = new Map(
  allModels.map((model) => [model.id, model]),
);

const arnForm =
  /^arn:aws(?:-[a-z-]+)?:bedrock:[a-z0-9-]*:\d*:(?:foundation-model|inference-profile)\/(.+)$/u;
const idForm = /^(?:(us|eu|apac|jp|au|us-gov|global)\.)?(.+)$/u;

export interface ModelPolicy {
  /** Whether models that AWS has retired still answer, for programs that still use them. */
  readonly servesEnded: boolean;
  /** Models that are not in the catalogue. */
  readonly aliases: ReadonlyMap<string, ModelFacts>;
  /** The ids of models that the account has no access to. */
  readonly withoutAccess: ReadonlySet<string>;
}

/**
 * Returns the model of an id, an inference profile or an ARN of either. Throws Bedrock's errors.
 */
export function findModel(modelId: string, policy: ModelPolicy): ModelFacts {
  const { aliases, servesEnded, withoutAccess } = policy;
  const name = modelId.startsWith('arn:') ? (arnForm.exec(modelId)?.[1] ?? '') : modelId;
  const [, profile, base = ''] = idForm.exec(name) ?? [];
  const model = aliases.get(base) ?? models.get(base);
  if (model === undefined) throw invalid('The provided model identifier is invalid.');
  if (withoutAccess.has(model.id)) throw accessDenied();
  if (hasEnded(model)) {
    if (servesEnded) return model;
    throw endOfLife();
  }
  if (!model.onDemand && profile === undefined) throw profileRequired(modelId);
  if (profile !== undefined && !hasProfile(model, profile)) {
    throw invalid('The provided model identifier is invalid.');
  }
  return model;
}

/**
 * Returns the text model of an id. Unlike `findModel`, it accepts the bare id of a model that needs
 * an inference profile, as the APIs of OpenAI and Anthropic do. Throws Bedrock's errors.
 */
export function findTextModel(id: string, policy: ModelPolicy): ModelFacts {
  const bare = policy.aliases.get(id) ?? models.get(id);
  const isServed = bare !== undefined && !hasEnded(bare) && !policy.withoutAccess.has(bare.id);
  const model = isServed ? bare : findModel(id, policy);
  if (model.output === 'TEXT') return model;
  throw invalid('The action or operation is not supported for this model.');
}

function hasProfile({ profiles }: ModelFacts, prefix: string): boolean {
  return profiles.some((known) => known === prefix);
}

function accessDenied(): BedrockError {
  const message = "You don't have access to the model with the specified model ID.";
  return new BedrockError('AccessDeniedException', message);
}

/** Returns Bedrock's error for a model that it has retired. */
export function endOfLife(): BedrockError {
  const message =
    'This model version has reached the end of its life. ' +
    'Please refer to the AWS documentation for more details.';
  return new BedrockError('ResourceNotFoundException', message);
}

function profileRequired(modelId: string): BedrockError {
  return invalid(
    `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your ` +
      'request with the ID or ARN of an inference profile that contains this model.',
  );
}
