import {
  BedrockClient,
  GetGuardrailCommand,
  ListFoundationModelsCommand,
  ListGuardrailsCommand,
} from '@aws-sdk/client-bedrock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentials, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;
let client: BedrockClient;

const strict = {
  id: 'gr12345',
  name: 'strict',
  version: '1',
  blockedInputMessaging: 'Not that question.',
  blockedOutputsMessaging: 'Not that answer.',
  wordPolicyConfig: {
    wordsConfig: [{ text: 'unicorn' }],
    managedWordListsConfig: [{ type: 'PROFANITY' as const }],
  },
  topicPolicyConfig: {
    topicsConfig: [{ name: 'stocks', definition: 'Advice on stocks', type: 'DENY' }],
  },
  contentPolicyConfig: {
    filtersConfig: [{ type: 'HATE' as const, inputStrength: 'LOW' as const }],
  },
  sensitiveInformationPolicyConfig: {
    piiEntitiesConfig: [{ type: 'EMAIL', action: 'ANONYMIZE' as const }],
    regexesConfig: [{ name: 'order', pattern: 'A-\\d+', action: 'BLOCK' as const }],
  },
  contextualGroundingPolicyConfig: {
    filtersConfig: [{ type: 'GROUNDING' as const, threshold: 0.5 }],
  },
};

beforeAll(async () => {
  const guardrails = [strict, { ...strict, version: '2', name: 'stricter' }, { id: 'gr99999' }];
  bedrock = await startBedrock({ guardrails });
  client = new BedrockClient({ endpoint: bedrock.url, region: 'us-east-1', credentials });
});

afterAll(() => bedrock.close());

test('ListGuardrails returns the draft of every guardrail', async () => {
  const { guardrails } = await client.send(new ListGuardrailsCommand({}));
  expect(guardrails).toEqual([
    expect.objectContaining({ id: 'gr12345', name: 'strict', version: 'DRAFT', status: 'READY' }),
    expect.objectContaining({ id: 'gr99999', name: 'gr99999', version: 'DRAFT' }),
  ]);
  expect(guardrails?.[0]).toMatchObject({
    arn: 'arn:aws:bedrock:us-east-1:000000000000:guardrail/gr12345',
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
  });
});

test.each([['gr12345'], ['arn:aws:bedrock:us-east-1:000000000000:guardrail/gr12345']])(
  'ListGuardrails returns the draft and the versions of %s, page by page',
  async (guardrailIdentifier) => {
    const versions: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListGuardrailsCommand({ guardrailIdentifier, maxResults: 2, nextToken }),
      );
      versions.push(...(page.guardrails ?? []).map(({ version }) => version));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    expect(versions).toEqual(['DRAFT', '1', '2']);
  },
);

test('GetGuardrail returns every policy under the names of the control plane', async () => {
  const guardrail = await client.send(
    new GetGuardrailCommand({ guardrailIdentifier: 'gr12345', guardrailVersion: '2' }),
  );
  expect(guardrail).toMatchObject({
    guardrailId: 'gr12345',
    guardrailArn: 'arn:aws:bedrock:us-east-1:000000000000:guardrail/gr12345',
    name: 'stricter',
    version: '2',
    status: 'READY',
    createdAt: expect.any(Date),
    blockedInputMessaging: 'Not that question.',
    blockedOutputsMessaging: 'Not that answer.',
    topicPolicy: { topics: [{ name: 'stocks', definition: 'Advice on stocks', type: 'DENY' }] },
    contentPolicy: { filters: [{ type: 'HATE', inputStrength: 'LOW', outputStrength: 'HIGH' }] },
    wordPolicy: { words: [{ text: 'unicorn' }], managedWordLists: [{ type: 'PROFANITY' }] },
    sensitiveInformationPolicy: {
      piiEntities: [{ type: 'EMAIL', action: 'ANONYMIZE' }],
      regexes: [{ name: 'order', pattern: 'A-\\d+', action: 'BLOCK' }],
    },
    contextualGroundingPolicy: { filters: [{ type: 'GROUNDING', threshold: 0.5 }] },
  });
  const draft = await client.send(new GetGuardrailCommand({ guardrailIdentifier: 'gr99999' }));
  expect(draft).toMatchObject({ version: 'DRAFT', blockedInputMessaging: expect.any(String) });
  expect(draft.topicPolicy).toBeUndefined();
});

test.each([
  ['an unknown guardrail', { guardrailIdentifier: 'gr00000' }],
  ['an unknown version', { guardrailIdentifier: 'gr12345', guardrailVersion: '9' }],
])('%s is not found', async (_, input) => {
  await expect(client.send(new GetGuardrailCommand(input))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The guardrail identifier or version provided in the request does not exist.',
  });
});

test('the versions of an unknown guardrail are not found, and 0 results are refused', async () => {
  await expect(
    client.send(new ListGuardrailsCommand({ guardrailIdentifier: 'gr00000' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(client.send(new ListGuardrailsCommand({ maxResults: 0 }))).rejects.toThrow(
    "at 'maxResults' failed to satisfy constraint",
  );
});

test('ListFoundationModels filters by provider, output, inference and customization', async () => {
  const list = async (filter: ListFoundationModelsCommand['input']): Promise<readonly object[]> =>
    (await client.send(new ListFoundationModelsCommand(filter))).modelSummaries ?? [];
  const embeddings = await list({ byOutputModality: 'EMBEDDING' });
  expect(embeddings).not.toEqual([]);
  expect(embeddings).toEqual(
    embeddings.map(() => expect.objectContaining({ outputModalities: ['EMBEDDING'] })),
  );
  const amazon = await list({ byProvider: 'amazon', byInferenceType: 'ON_DEMAND' });
  expect(amazon).not.toEqual([]);
  expect(amazon).toEqual(
    amazon.map(() =>
      expect.objectContaining({
        providerName: 'Amazon',
        inferenceTypesSupported: expect.arrayContaining(['ON_DEMAND']),
      }),
    ),
  );
  expect(await list({ byCustomizationType: 'FINE_TUNING' })).toEqual([]);
  expect(await list({ byInferenceType: 'PROVISIONED' })).toEqual([]);
});

test.each([
  ['byOutputModality', 'SMELL'],
  ['byInferenceType', 'ON_MONDAY'],
  ['byCustomizationType', 'PAINTED'],
  ['byProvider', 'no_such!'],
])('ListFoundationModels refuses %s=%s', async (name, value) => {
  const input = { [name]: value } as ListFoundationModelsCommand['input'];
  await expect(client.send(new ListFoundationModelsCommand(input))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(`at '${name}' failed to satisfy constraint`),
  });
});
