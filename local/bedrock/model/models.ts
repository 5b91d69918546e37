import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { catalogue } from '#local/bedrock/model/catalogue.ts';

/** The native request formats of InvokeModel. The folder `api/invoke` implements them. */
export type Family =
  | 'anthropic'
  | 'anthropic-text'
  | 'nova'
  | 'titan-text'
  | 'titan-embed'
  | 'nova-embed'
  | 'cohere-embed'
  | 'llama'
  | 'mistral-text'
  | 'chat'
  | 'cohere-command'
  | 'cohere-chat'
  | 'jamba'
  | 'deepseek-r1';

/** The properties of a model: enough to reject what the real model would reject. */
export interface ModelFacts {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly family: Family;
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Tokens that arrive together in one delta. */
  readonly tokensPerDelta: number;
  /** Whether the model can be used only through an inference profile. */
  readonly profileOnly: boolean;
  /** Whether AWS has retired the model. */
  readonly hasEnded: boolean;
  readonly inputs: readonly ('TEXT' | 'IMAGE' | 'VIDEO')[];
  readonly output: 'TEXT' | 'EMBEDDING';
  /** What Converse accepts for the model in addition to text. */
  readonly supports: {
    readonly system: boolean;
    readonly tools: boolean;
    readonly documents: boolean;
    readonly structuredOutput: boolean;
  };
  /** The shortest prefix that is cached; undefined if the model has no prompt caching. */
  readonly minCacheTokens: number | undefined;
  readonly reasoning: 'never' | 'on-request' | 'always';
}

const models: ReadonlyMap<string, ModelFacts> = new Map(
  catalogue.map((model) => [model.id, model]),
);

/** All models of the catalogue, including those that AWS has retired. */
export const allModels: readonly ModelFacts[] = catalogue;

export type ProfilePrefix = 'us' | 'eu' | 'apac' | 'jp' | 'au' | 'us-gov' | 'global';

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
  if (model.hasEnded) {
    if (servesEnded) return model;
    throw endOfLife();
  }
  if (model.profileOnly && profile === undefined) throw profileRequired(modelId);
  if (profile !== undefined && !hasProfiles(model)) {
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
  const isServed = bare?.hasEnded === false && !policy.withoutAccess.has(bare.id);
  const model = isServed ? bare : findModel(id, policy);
  if (model.output === 'TEXT') return model;
  throw invalid('The action or operation is not supported for this model.');
}

/** Whether a request can end with the start of the answer. Claude from Opus 4.6 on rejects that. */
export function supportsPrefill({ id }: ModelFacts): boolean {
  return !/claude-(?:opus-4-[6-9]|sonnet-4-[6-9]|sonnet-5|opus-5)/u.test(id);
}

/** Whether a model is available through an inference profile. */
export function hasProfiles({ profileOnly, family }: ModelFacts): boolean {
  return profileOnly || family === 'nova';
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
