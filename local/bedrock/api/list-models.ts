import { invalidRequest, notFound } from '#local/bedrock/server/bedrock-error.ts';
import { allModels, hasEnded, type ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ProfilePrefix } from '#models/facts.ts';
import { queryOf, sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { oneOf, readShape, string, structure } from '#local/wire/shape.ts';

/** The operations of the control plane that list models. */

/** The filters and their values are those of the service model. */
const filterShape = structure(
  {},
  {
    byProvider: string({ pattern: '[A-Za-z0-9- ]{1,63}' }),
    byCustomizationType: oneOf('FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION'),
    byOutputModality: oneOf('TEXT', 'IMAGE', 'EMBEDDING'),
    byInferenceType: oneOf('ON_DEMAND', 'PROVISIONED'),
  },
);

/** Models cannot be customized here. */
const customizations: readonly string[] = [];

/** Lists the models. Models that AWS has retired are listed only if they are served. */
export const listFoundationModels: BedrockOperation = {
  name: 'ListFoundationModels',
  method: 'GET',
  path: /^\/foundation-models$/u,
  answersWithoutModel: true,
  run(call) {
    const filters = readShape(filterShape, Object.fromEntries(queryOf(call)), invalidRequest);
    const selected = allModels.filter(
      (model) =>
        !isEnded(call, model) &&
        matchesFilter(filters.byProvider, [model.provider]) &&
        matchesFilter(filters.byOutputModality, [model.output]) &&
        matchesFilter(filters.byInferenceType, inferenceTypes(model)) &&
        matchesFilter(filters.byCustomizationType, customizations),
    );
    sendJson(call, { modelSummaries: selected.map((model) => summaryOf(call, model)) });
  },
};

/** Returns one model. Throws a ResourceNotFoundException if there is no such model. */
export const getFoundationModel: BedrockOperation = {
  name: 'GetFoundationModel',
  method: 'GET',
  path: /^\/foundation-models\/(?<modelId>[^/]+)$/u,
  answersWithoutModel: true,
  run(call) {
    sendJson(call, { modelDetails: summaryOf(call, requireModel(call)) });
  },
};

/** Returns whether the account may use a model. Every model here is of every Region. */
export const getFoundationModelAvailability: BedrockOperation = {
  name: 'GetFoundationModelAvailability',
  method: 'GET',
  path: /^\/foundation-model-availability\/(?<modelId>[^/]+)$/u,
  answersWithoutModel: true,
  run(call) {
    const { id } = requireModel(call);
    const hasAccess = !call.context.policy.withoutAccess.has(id);
    sendJson(call, {
      modelId: id,
      // What an account lacks that may use a model in principle is the agreement to its terms.
      agreementAvailability: { status: hasAccess ? 'AVAILABLE' : 'NOT_AVAILABLE' },
      authorizationStatus: 'AUTHORIZED',
      entitlementAvailability: 'AVAILABLE',
      regionAvailability: 'AVAILABLE',
    });
  },
};

function requireModel(call: BedrockCall): ModelFacts {
  const id = (call.params['modelId'] ?? '').split('/').at(-1) ?? '';
  const model = allModels.find((candidate) => candidate.id === id);
  if (model !== undefined && !isEnded(call, model)) return model;
  throw notFound(`Could not find the foundation model: ${id}`);
}

/** Lists the inference profiles of the Region, page by page. */
export const listInferenceProfiles: BedrockOperation = {
  name: 'ListInferenceProfiles',
  method: 'GET',
  path: /^\/inference-profiles$/u,
  answersWithoutModel: true,
  run(call) {
    const prefixes = prefixesOf(call.context.region);
    const models = allModels.filter((model) => !isEnded(call, model));
    const all = models.flatMap((model) =>
      prefixes
        .filter((prefix) => model.profiles.includes(prefix))
        .map((prefix) => profileOf(call, model, prefix)),
    );
    const query = queryOf(call);
    const size = Math.max(1, Number(query.get('maxResults') ?? 100) || 100);
    const start = Number(query.get('nextToken') ?? 0);
    const next = start + size < all.length ? { nextToken: String(start + size) } : {};
    sendJson(call, { inferenceProfileSummaries: all.slice(start, start + size), ...next });
  },
};

function isEnded({ context }: BedrockCall, model: ModelFacts): boolean {
  return hasEnded(model) && !context.policy.servesEnded;
}

function matchesFilter(filter: string | undefined, values: readonly string[]): boolean {
  return (
    filter === undefined || values.some((value) => value.toLowerCase() === filter.toLowerCase())
  );
}

function inferenceTypes({ onDemand }: ModelFacts): readonly string[] {
  return onDemand ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'];
}

function summaryOf({ context }: BedrockCall, model: ModelFacts): object {
  return {
    customizationsSupported: customizations,
    inferenceTypesSupported: inferenceTypes(model),
    inputModalities: model.inputs,
    modelArn: `arn:aws:bedrock:${context.region}::foundation-model/${model.id}`,
    modelId: model.id,
    modelLifecycle: { status: model.lifecycle.status === 'active' ? 'ACTIVE' : 'LEGACY' },
    modelName: model.name,
    outputModalities: [model.output],
    providerName: model.provider,
    responseStreamingSupported: model.output === 'TEXT',
  };
}

/** Returns the profile prefixes of a Region: those of its geography, and the global one. */
function prefixesOf(region: string): readonly ProfilePrefix[] {
  const [area = ''] = region.split('-');
  if (region.startsWith('us-gov')) return ['us-gov'];
  if (area === 'ap')
    return region === 'ap-northeast-1' ? ['apac', 'jp', 'global'] : ['apac', 'global'];
  if (area === 'eu') return ['eu', 'global'];
  return ['us', 'global'];
}

function profileOf({ context }: BedrockCall, model: ModelFacts, prefix: string): object {
  const inferenceProfileId = `${prefix}.${model.id}`;
  const { region } = context;
  return {
    createdAt: '2026-01-01T00:00:00Z',
    description: `Routes requests to ${model.name} in ${prefix}.`,
    inferenceProfileArn: `arn:aws:bedrock:${region}:000000000000:inference-profile/${inferenceProfileId}`,
    inferenceProfileId,
    inferenceProfileName: `${prefix.toUpperCase()} ${model.name}`,
    models: [{ modelArn: `arn:aws:bedrock:${region}::foundation-model/${model.id}` }],
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
    updatedAt: '2026-01-01T00:00:00Z',
  };
}
