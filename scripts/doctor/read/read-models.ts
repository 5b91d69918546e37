import {
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  paginateListInferenceProfiles,
  ResourceNotFoundException,
  ValidationException,
  type BedrockClient,
  type FoundationModelDetails,
} from '@aws-sdk/client-bedrock';
import type { FunctionFacts, ModelDetails, ModelFacts } from '#scripts/doctor/facts.ts';
import { baseModel } from '#scripts/doctor/model-id.ts';
import type { Attempts } from '#scripts/doctor/finding.ts';
import type { Clients } from '#scripts/doctor/read/clients.ts';

/** The variables of functions that name models, separated by commas or, in chains, by `>`. */
const modelVariables = ['MODELS', 'MODEL_FALLBACKS', 'DOCUMENT_MODEL'];

/** Reads the models that the functions of a stack may call. No model is asked. */
export async function readModels(
  clients: Clients,
  { functions, region }: { readonly functions: readonly FunctionFacts[]; readonly region: string },
  attempts: Attempts,
): Promise<readonly ModelFacts[]> {
  const models: ModelFacts[] = [];
  const byRegion = Map.groupBy(
    functions,
    ({ environment }) => environment['MODEL_REGION'] ?? region,
  );
  for (const [own, inRegion] of byRegion) {
    const bedrock = clients.bedrock(own);
    const named = modelsOf(inRegion);
    if (named.size === 0) continue;
    const profiles = await readProfiles(bedrock, own, attempts);
    for (const [id, users] of named) {
      const base = baseModel(id);
      const model = await readModel(bedrock, base, attempts);
      const access =
        model === undefined || model === 'missing'
          ? undefined
          : await readAccess(bedrock, base, attempts);
      const ofModel = profiles?.get(base) ?? (profiles === undefined ? undefined : []);
      models.push({ id, model, access, region: own, functions: users, profiles: ofModel });
    }
  }
  return models;
}

/** Returns the models that functions name, with the functions. ARNs and prompts are left out. */
function modelsOf(functions: readonly FunctionFacts[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { logicalId, environment } of functions) {
    const values = modelVariables.flatMap((name) => (environment[name] ?? '').split(/[,>]/u));
    for (const id of new Set(values.map((value) => value.trim()))) {
      if (id !== '' && !id.startsWith('arn:')) users.set(id, [...(users.get(id) ?? []), logicalId]);
    }
  }
  return users;
}

async function readProfiles(
  client: BedrockClient,
  region: string,
  attempts: Attempts,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const call = {
    check: 'model-profile',
    action: 'bedrock:ListInferenceProfiles',
    resource: region,
  };
  return attempts.read(call, async () => {
    const byModel = new Map<string, string[]>();
    const input = { typeEquals: 'SYSTEM_DEFINED' } as const;
    for await (const page of paginateListInferenceProfiles({ client }, input)) {
      for (const { inferenceProfileId: id = '' } of page.inferenceProfileSummaries ?? []) {
        byModel.set(baseModel(id), [...(byModel.get(baseModel(id)) ?? []), id]);
      }
    }
    return byModel;
  });
}

async function readModel(
  bedrock: BedrockClient,
  modelIdentifier: string,
  attempts: Attempts,
): Promise<ModelDetails | 'missing' | undefined> {
  const action = 'bedrock:GetFoundationModel';
  return attempts.read({ check: 'model', action, resource: modelIdentifier }, async () => {
    try {
      const command = new GetFoundationModelCommand({ modelIdentifier });
      return toDetails((await bedrock.send(command)).modelDetails);
    } catch (error) {
      const isMissing =
        error instanceof ResourceNotFoundException || error instanceof ValidationException;
      if (isMissing) return 'missing';
      throw error;
    }
  });
}

function toDetails(details: FoundationModelDetails | undefined): ModelDetails {
  const { inferenceTypesSupported = [], modelLifecycle } = details ?? {};
  return {
    isOnDemand: inferenceTypesSupported.includes('ON_DEMAND'),
    isLegacy: modelLifecycle?.status === 'LEGACY',
    endsAt: modelLifecycle?.endOfLifeTime,
  };
}

async function readAccess(
  bedrock: BedrockClient,
  modelId: string,
  attempts: Attempts,
): Promise<ModelFacts['access']> {
  const action = 'bedrock:GetFoundationModelAvailability';
  const found = await attempts.read({ check: 'model-access', action, resource: modelId }, () =>
    bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId })),
  );
  if (found === undefined) return undefined;
  const isGranted =
    found.authorizationStatus === 'AUTHORIZED' &&
    found.entitlementAvailability === 'AVAILABLE' &&
    found.regionAvailability === 'AVAILABLE' &&
    found.agreementAvailability?.status === 'AVAILABLE';
  return isGranted ? 'granted' : 'missing';
}
