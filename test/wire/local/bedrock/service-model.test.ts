import * as control from '@aws-sdk/client-bedrock';
import * as runtime from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  haiku,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import { capture } from '#test/fixtures/captured-responses.ts';
import { families } from '#test/fixtures/model-families.ts';
import { problemsOf, violations } from '#test/fixtures/service-model.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  const guardrails = [
    {
      id: 'gr12345',
      wordPolicyConfig: { wordsConfig: [{ text: 'unicorn' }] },
      topicPolicyConfig: { topicsConfig: [{ name: 'stocks', definition: 'Which stocks to buy' }] },
      contentPolicyConfig: { filtersConfig: [{ type: 'INSULTS' as const }] },
      sensitiveInformationPolicyConfig: {
        piiEntitiesConfig: [{ type: 'EMAIL', action: 'ANONYMIZE' as const }],
        regexesConfig: [{ name: 'order', pattern: 'A-\\d+', action: 'BLOCK' as const }],
      },
      contextualGroundingPolicyConfig: {
        filtersConfig: [{ type: 'GROUNDING' as const, threshold: 0.5 }],
      },
    },
  ];
  bedrock = await startBedrock({ guardrails, servesEndedModels: true });
});

afterAll(() => bedrock.close());

const bytes = Buffer.from('The bridge was opened in 1932. It is made of steel.');
const document = {
  name: 'bridge',
  format: 'txt' as const,
  source: { bytes },
  citations: { enabled: true },
};
const guardrailConfig = {
  guardrailIdentifier: 'gr12345',
  guardrailVersion: '1',
  trace: 'enabled' as const,
};
const weather = {
  toolSpec: {
    name: 'weather',
    inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
  },
};

const conversations: Readonly<Record<string, Partial<runtime.ConverseCommandInput>>> = {
  text: {},
  'a tool use': { messages: [user('Use the weather tool.')], toolConfig: { tools: [weather] } },
  reasoning: {
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    inferenceConfig: { maxTokens: 4_000 },
  },
  citations: {
    messages: [{ role: 'user', content: [{ document }, { text: 'When was the bridge opened?' }] }],
  },
  'a blocked question': { messages: [user('A unicorn')], guardrailConfig },
  'a masked answer': { messages: [user('Repeat: ada@example.com')], guardrailConfig },
  'cache points': {
    messages: [
      {
        role: 'user',
        content: [{ text: 'The tide table. '.repeat(3_000) }, { cachePoint: { type: 'default' } }],
      },
    ],
  },
  'what it asked for': {
    serviceTier: { type: 'flex' },
    performanceConfig: { latency: 'standard' },
    additionalModelResponseFieldPaths: ['/id', '/usage'],
  },
  'web grounding': {
    modelId: 'us.amazon.nova-2-lite-v1:0',
    messages: [user('Search the web for tea.')],
    toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] },
  },
};

describe.each(Object.entries(conversations))('an answer with %s', (_, change) => {
  const input = { modelId: haiku, messages: [user('Hello')], ...change };

  test('is what the service model of Converse says', async () => {
    expect(
      await problemsOf(bedrock.url, runtime.Converse$, (options) =>
        new runtime.BedrockRuntimeClient(options).send(new runtime.ConverseCommand(input)),
      ),
    ).toEqual([]);
  });

  test('is what the service model of ConverseStream says', async () => {
    expect(
      await problemsOf(bedrock.url, runtime.ConverseStream$, (options) =>
        new runtime.BedrockRuntimeClient(options).send(new runtime.ConverseStreamCommand(input)),
      ),
    ).toEqual([]);
  });
});

test.each(Object.entries(families))(
  'InvokeModel of %s is what the service model says',
  async (_, family) => {
    const input = { modelId: family.modelId, body: JSON.stringify(family.body) };
    expect(
      await problemsOf(bedrock.url, runtime.InvokeModel$, (options) =>
        new runtime.BedrockRuntimeClient(options).send(new runtime.InvokeModelCommand(input)),
      ),
    ).toEqual([]);
    expect(
      await problemsOf(bedrock.url, runtime.InvokeModelWithResponseStream$, (options) =>
        new runtime.BedrockRuntimeClient(options).send(
          new runtime.InvokeModelWithResponseStreamCommand(input),
        ),
      ),
    ).toEqual([]);
  },
);

test.each(['unicorn', 'ada@example.com', 'you idiot', 'A-17', 'which stocks to buy', 'hello'])(
  'ApplyGuardrail to "%s" is what the service model says',
  async (text) => {
    expect(
      await problemsOf(bedrock.url, runtime.ApplyGuardrail$, (options) =>
        new runtime.BedrockRuntimeClient(options).send(
          new runtime.ApplyGuardrailCommand({
            guardrailIdentifier: 'gr12345',
            guardrailVersion: '1',
            source: 'OUTPUT',
            content: [
              { text: { text } },
              { text: { text: 'The bridge is old.', qualifiers: ['grounding_source'] } },
              { text: { text: 'How old is it?', qualifiers: ['query'] } },
            ],
          }),
        ),
      ),
    ).toEqual([]);
  },
);

test('CountTokens and the control plane are what the service models say', async () => {
  const client = (options: object): control.BedrockClient => new control.BedrockClient(options);
  expect(
    await problemsOf(bedrock.url, runtime.CountTokens$, (options) =>
      new runtime.BedrockRuntimeClient(options).send(
        new runtime.CountTokensCommand({
          modelId: haiku,
          input: { converse: { messages: [user('Hi')] } },
        }),
      ),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.ListFoundationModels$, (options) =>
      client(options).send(new control.ListFoundationModelsCommand({})),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.GetFoundationModel$, (options) =>
      client(options).send(new control.GetFoundationModelCommand({ modelIdentifier: novaLite })),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.GetFoundationModelAvailability$, (options) =>
      client(options).send(
        new control.GetFoundationModelAvailabilityCommand({ modelId: novaLite }),
      ),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.ListInferenceProfiles$, (options) =>
      client(options).send(new control.ListInferenceProfilesCommand({ maxResults: 3 })),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.ListGuardrails$, (options) =>
      client(options).send(new control.ListGuardrailsCommand({})),
    ),
  ).toEqual([]);
  expect(
    await problemsOf(bedrock.url, control.GetGuardrail$, (options) =>
      client(options).send(new control.GetGuardrailCommand({ guardrailIdentifier: 'gr12345' })),
    ),
  ).toEqual([]);
});

const ask = (options: object): Promise<unknown> =>
  new runtime.BedrockRuntimeClient(options).send(
    new runtime.ConverseCommand({ modelId: haiku, messages: [user('Hello')] }),
  );

test('the check notices unknown, missing and mistyped members', async () => {
  const response = await capture(bedrock.url, ask);
  const changed = (change: (body: string) => string): readonly string[] =>
    violations(runtime.Converse$, {
      ...response,
      body: Buffer.from(change(String(response.body))),
    });
  expect(changed((body) => body)).toEqual([]);
  expect(changed((body) => body.replace('"stopReason"', '"stopCause"'))).toEqual([
    'stopCause: unknown',
    'stopReason: missing',
  ]);
  expect(changed((body) => body.replace(/"latencyMs":\d+/u, '"latencyMs":"1"'))).toEqual([
    'metrics.latencyMs: mistyped',
  ]);
  expect(changed((body) => body.replace('"text":', '"json":{},"text":'))).toEqual([
    'output.message.content.0: not exactly one member',
  ]);
});
