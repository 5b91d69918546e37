import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { allModels, hasEnded, type ModelFacts } from '#local/bedrock/model/catalogue.ts';
import { likeFamily } from '#local/bedrock/model/family.ts';
import { nearestId } from '#local/bedrock/model/nearest-id.ts';

const models: ReadonlyMap<string, ModelFacts> = new Map(
  allModels.map((model) => [model.id, model]),
);

/** The ids that only the APIs of OpenAI and Anthropic take. */
const shortIds: ReadonlyMap<string, ModelFacts> = new Map(
  allModels.flatMap((model) => (model.shortIds ?? []).map((id) => [id, model] as const)),
);

const arnForm =
  /^arn:aws(?:-[a-z-]+)?:bedrock:[a-z0-9-]*:\d*:(foundation-model|(?:application-)?inference-profile)\/(.+)$/u;
const idForm = /^(?:(us|eu|apac|jp|au|ca|in|us-gov|global)\.)?(.+)$/u;

export interface ModelPolicy {
  /** Whether models that AWS has retired still answer, for programs that still use them. */
  readonly servesEnded: boolean;
  /** Models that are not in the catalogue, by id, and application inference profiles, by id or ARN. */
  readonly aliases: ReadonlyMap<string, ModelFacts>;
  /** The ids of models that the account has no access to. */
  readonly withoutAccess: ReadonlySet<string>;
  /** Whether an id that nothing is known about is refused, or answers like its family. */
  readonly unknownModels: 'refuse' | 'family';
}

/**
 * Returns the model of an id, an inference profile or an ARN of either. Throws Bedrock's errors.
 */
export function findModel(modelId: string, policy: ModelPolicy): ModelFacts {
  const { profile, base } = readId(modelId);
  const model = policy.aliases.get(modelId) ?? policy.aliases.get(base) ?? lookUp(base, policy);
  if (model === undefined) throw unknownModel(modelId);
  if (policy.withoutAccess.has(model.id)) throw accessDenied();
  if (hasEnded(model)) {
    if (policy.servesEnded) return model;
    throw endOfLife();
  }
  if (!model.onDemand && profile === undefined) throw profileRequired(modelId);
  if (profile !== undefined && !hasProfile(model, profile)) throw unknownModel(modelId);
  return model;
}

interface ReadId {
  readonly profile?: string | undefined;
  readonly base: string;
}

/** An application inference profile has an id of the account's own, which says no model. */
function readId(modelId: string): ReadId {
  if (!modelId.startsWith('arn:')) return splitProfile(modelId);
  const [, kind, name = ''] = arnForm.exec(modelId) ?? [];
  if (kind === 'foundation-model') return { base: name };
  return kind === 'inference-profile' ? splitProfile(name) : { base: name };
}

function splitProfile(id: string): ReadId {
  const [, profile, base = ''] = idForm.exec(id) ?? [];
  return { profile, base };
}

function lookUp(id: string, { unknownModels }: ModelPolicy): ModelFacts | undefined {
  return models.get(id) ?? (unknownModels === 'family' ? likeFamily(id) : undefined);
}

/**
 * Returns the text model of an id. Unlike `findModel`, it accepts short ids, and the bare id of a
 * model that needs an inference profile, as the APIs of OpenAI and Anthropic do. Throws Bedrock's
 * errors.
 */
export function findTextModel(id: string, policy: ModelPolicy): ModelFacts {
  const bare = policy.aliases.get(id) ?? models.get(id) ?? shortIds.get(id);
  const isServed = bare !== undefined && !hasEnded(bare) && !policy.withoutAccess.has(bare.id);
  const model = isServed ? bare : findModel(bare?.id ?? id, policy);
  if (model.output === 'TEXT') return model;
  throw invalid('The action or operation is not supported for this model.');
}

function hasProfile({ profiles }: ModelFacts, prefix: string): boolean {
  return profiles.some((known) => known === prefix);
}

function unknownModel(id: string): BedrockError {
  const { base } = readId(id);
  const hint = id.includes(':application-inference-profile/')
    ? `The application inference profile ${shorten(id)} is unknown. The option --scenarios FILE can map it ` +
      'to a model, under "models".'
    : `The model id ${shorten(id)} is unknown. The nearest known id is ${nearestId(id.startsWith('arn:') ? base : id)}. ` +
      'With --unknown-models family, an unknown id answers like its family.';
  const message = 'The provided model identifier is invalid.';
  return new BedrockError('ValidationException', message, { hint });
}

function shorten(id: string): string {
  return id.length <= 256 ? id : `${id.slice(0, 256)}…`;
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
