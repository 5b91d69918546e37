import {
  BedrockClient,
  GetFoundationModelCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
} from '@aws-sdk/client-bedrock';
import {
  ConverseCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  credentials,
  haiku,
  novaLite,
  startBedrock,
  type RunningBedrock,
  textOf,
  user,
} from '#test/fixtures/bedrock.ts';
import { at, families, messages, question, textAt } from '#test/fixtures/model-families.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock({ servesEndedModels: true });
});

afterAll(() => bedrock.close());

test.each(Object.entries(families))(
  'InvokeModel in the format of %s returns the text and usage of Converse',
  async (_, { modelId, body, text, input = '', output = '', chunkText, before = '' }) => {
    const converse = await bedrock.ask({
      modelId,
      messages: [user(question)],
      inferenceConfig: { maxTokens: 1_000 },
    });
    const command = new InvokeModelCommand({ modelId, body: JSON.stringify(body) });
    const response = await bedrock.http1().send(command);
    const native: unknown = JSON.parse(response.body.transformToString());
    expect(at(native, text)).toBe(before + textOf(converse));
    // Not every format reports usage.
    const { inputTokens, outputTokens } = converse.usage ?? {};
    expect([inputTokens, undefined]).toContain(at(native, input));
    expect([outputTokens, undefined]).toContain(at(native, output));
    const streamed = await streamedChunks(modelId, body);
    expect(streamed.map((chunk) => textAt(chunk, chunkText)).join('')).toBe(
      before + textOf(converse),
    );
    expect(streamed.at(-1)).toMatchObject({
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: converse.usage?.inputTokens,
        outputTokenCount: converse.usage?.outputTokens,
      },
    });
  },
);

async function streamedChunks(modelId: string, body: object): Promise<readonly object[]> {
  const command = new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) });
  const { body: stream } = await bedrock.http2().send(command);
  const events = await Array.fromAsync(stream ?? []);
  return events.map(({ chunk }) => JSON.parse(Buffer.from(chunk?.bytes ?? []).toString('utf8')));
}

test('gpt-oss and DeepSeek-R1 have their reasoning in their text', async () => {
  const oss = await bedrock.post('/model/openai.gpt-oss-20b-1:0/invoke', { messages });
  expect(await oss.text()).toMatch(/"content":"<reasoning>[^<]+<\/reasoning>> \*\*Simulated/u);
  const r1 = await bedrock.post('/model/us.deepseek.r1-v1:0/invoke', {
    prompt: `<｜begin▁of▁sentence｜><｜User｜>${question}<｜Assistant｜><think>\n`,
    max_tokens: 1_000,
  });
  expect(await r1.text()).toMatch(/"text":"The question is[^<]+<\/think>\\n> \*\*Simulated/u);
});

test('InvokeModel returns usage and latency in headers', async () => {
  const { body } = families['Anthropic Messages'] ?? {};
  const response = await bedrock.post(`/model/${haiku}/invoke`, body);
  const { usage } = (await response.json()) as {
    usage: { input_tokens: number; output_tokens: number };
  };
  expect(response.headers.get('x-amzn-bedrock-input-token-count')).toBe(String(usage.input_tokens));
  expect(response.headers.get('x-amzn-bedrock-output-token-count')).toBe(
    String(usage.output_tokens),
  );
  expect(response.headers.get('x-amzn-bedrock-invocation-latency')).toMatch(/^\d+$/u);
  const streamed = await bedrock.post(`/model/${haiku}/invoke-with-response-stream`, body);
  expect(streamed.headers.get('x-amzn-bedrock-content-type')).toBe('application/json');
  await streamed.body?.cancel();
});

test('the OpenAI and Anthropic APIs return the text and usage of Converse', async () => {
  const modelId = 'qwen.qwen3-32b-v1:0';
  const converse = await bedrock
    .http1()
    .send(
      new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: question }] }] }),
    );
  const text = converse.output?.message?.content?.[0]?.text;
  const usage = { total: converse.usage?.totalTokens };
  const chat = await (
    await bedrock.post('/openai/v1/chat/completions', { model: modelId, messages })
  ).json();
  expect(chat).toMatchObject({
    choices: [{ message: { content: text }, finish_reason: 'stop' }],
    usage: { total_tokens: usage.total },
  });
  const response = await (
    await bedrock.post('/openai/v1/responses', { model: modelId, input: question })
  ).json();
  expect(response).toMatchObject({
    output: [{ content: [{ text }] }],
    usage: { total_tokens: usage.total },
  });
  const model = 'anthropic.claude-sonnet-5';
  const message = await (
    await bedrock.post('/anthropic/v1/messages', { model, max_tokens: 1_000, messages })
  ).json();
  expect(message).toMatchObject({
    content: [{ type: 'text', text }],
    usage: {
      input_tokens: converse.usage?.inputTokens,
      output_tokens: converse.usage?.outputTokens,
    },
  });
});

test.each([
  [
    '/model/amazon.nova-lite-v1:0/converse-stream',
    { messages: [{ role: 'user', content: [{ text: question }] }] },
  ],
  [`/model/${haiku}/invoke-with-response-stream`, families['Anthropic Messages']?.body],
  ['/openai/v1/chat/completions', { model: 'qwen.qwen3-32b-v1:0', stream: true, messages }],
  [
    '/anthropic/v1/messages',
    { model: 'anthropic.claude-opus-5', stream: true, max_tokens: 500, messages },
  ],
])('%s returns the same bytes twice and after a restart', async (path, body) => {
  const bytesOf = async ({ post }: RunningBedrock): Promise<Buffer> =>
    Buffer.from(await (await post(path, body)).arrayBuffer());
  const first = await bytesOf(bedrock);
  expect(first.length).toBeGreaterThan(1_000);
  expect((await bytesOf(bedrock)).equals(first)).toBe(true);
  const restarted = await startBedrock();
  expect((await bytesOf(restarted)).equals(first)).toBe(true);
  await restarted.close();
});

test('CountTokens returns the input tokens that Converse and InvokeModel report', async () => {
  const client = bedrock.http1();
  const converse = { messages: [{ role: 'user' as const, content: [{ text: question }] }] };
  const { usage } = await client.send(new ConverseCommand({ modelId: haiku, ...converse }));
  const counted = await client.send(
    new CountTokensCommand({ modelId: haiku, input: { converse } }),
  );
  expect(counted.inputTokens).toBe(usage?.inputTokens);
  const body = Buffer.from(JSON.stringify(families['Anthropic Messages']?.body));
  const native = await client.send(
    new CountTokensCommand({ modelId: haiku, input: { invokeModel: { body } } }),
  );
  expect(native.inputTokens).toBe(usage?.inputTokens);
});

test.each([
  ['amazon.titan-embed-text-v2:0', (text: string) => ({ inputText: text }), 1_024],
  [
    'cohere.embed-multilingual-v3',
    (text: string) => ({ texts: [text], input_type: 'search_query' }),
    1_024,
  ],
  [
    'amazon.nova-2-multimodal-embeddings-v1:0',
    (text: string) => ({
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 1_024,
        text: { value: text, truncationMode: 'END' },
      },
    }),
    1_024,
  ],
])(
  'embeddings of %s are closer for texts that share words',
  async (modelId, bodyOf, dimensions) => {
    const vectorOf = async (text: string): Promise<readonly number[]> => {
      const response = await bedrock.post(`/model/${modelId}/invoke`, bodyOf(text));
      const found: unknown = await response.json();
      const places = ['embedding', 'embeddings.0.embedding', 'embeddings.0'];
      const vector = places.map((place) => at(found, place)).find(Array.isArray);
      return vector ?? [];
    };
    const [river, stream, tax] = await Promise.all(
      ['the river flows to the sea', 'a river that flows slowly', 'income tax returns are due'].map(
        vectorOf,
      ),
    );
    const nearness = (a: readonly number[] = [], b: readonly number[] = []): number =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    expect(river).toHaveLength(dimensions);
    expect(nearness(river, river)).toBeCloseTo(1, 3);
    expect(nearness(river, stream)).toBeGreaterThan(nearness(river, tax) + 0.1);
  },
);

test('the control plane lists the available models and their inference profiles', async () => {
  const strict = await startBedrock({ region: 'eu-central-1' });
  const client = new BedrockClient({ endpoint: strict.url, region: 'eu-central-1', credentials });
  const { modelSummaries = [] } = await client.send(
    new ListFoundationModelsCommand({ byProvider: 'Anthropic' }),
  );
  expect(modelSummaries.map(({ modelId }) => modelId)).toContain('anthropic.claude-opus-5');
  expect(modelSummaries.every(({ providerName }) => providerName === 'Anthropic')).toBe(true);
  expect(modelSummaries.some(({ modelId }) => modelId?.includes('claude-v2'))).toBe(false);
  const { modelDetails } = await client.send(
    new GetFoundationModelCommand({ modelIdentifier: novaLite }),
  );
  expect(modelDetails).toMatchObject({ modelName: 'Nova Lite', responseStreamingSupported: true });
  const { inferenceProfileSummaries = [] } = await client.send(
    new ListInferenceProfilesCommand({}),
  );
  const ids = inferenceProfileSummaries.map(({ inferenceProfileId }) => inferenceProfileId);
  expect(ids).toContain('eu.anthropic.claude-haiku-4-5-20251001-v1:0');
  expect(ids.every((id) => /^(?:eu|global)\./u.test(id ?? ''))).toBe(true);
  await expect(
    client.send(new GetFoundationModelCommand({ modelIdentifier: 'anthropic.claude-v2' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await strict.close();
});
