import {
  Agent,
  BedrockModel,
  configureLogging,
  DocumentBlock,
  ImageBlock,
  TextBlock,
  tool,
  type BedrockModelOptions,
  type Message,
  type Model,
} from '@strands-agents/sdk';
import { AnthropicModel } from '@strands-agents/sdk/models/anthropic';
import { OpenAIModel } from '@strands-agents/sdk/models/openai';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import {
  credentials,
  haiku,
  novaLite,
  startBedrock,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import { bridge, person, rules, weather } from '#test/fixtures/client-work.ts';

/** Strands, with only the endpoint of each of its models changed. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  // Strands warns that it does not send the reasoning of responses back.
  const silent = (): void => undefined;
  configureLogging({ debug: silent, info: silent, warn: silent, error: silent });
  bedrock = await startBedrock();
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', bedrock.url);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await bedrock.close();
});

function converse(options: BedrockModelOptions = {}): BedrockModel {
  const clientConfig = { credentials };
  return new BedrockModel({ modelId: haiku, region: 'us-east-1', clientConfig, ...options });
}

const settings = (path: string) => ({
  apiKey: 'any',
  clientConfig: { baseURL: `${bedrock.url}${path}` },
});
const gpt = 'openai.gpt-oss-120b-1:0';

/** The models that Strands has for Bedrock, each of another API. */
const models: Readonly<Record<string, () => Model>> = {
  ConverseStream: () => converse(),
  Converse: () => converse({ stream: false }),
  'ConverseStream of Nova': () => converse({ modelId: novaLite }),
  responses: () => new OpenAIModel({ modelId: gpt, ...settings('/openai/v1') }),
  'chat completions': () =>
    new OpenAIModel({ api: 'chat', modelId: gpt, ...settings('/openai/v1') }),
  messages: () =>
    new AnthropicModel({
      modelId: 'anthropic.claude-sonnet-5',
      maxTokens: 1_000,
      ...settings('/anthropic'),
    }),
};

const getWeather = tool({
  name: weather.name,
  description: weather.description,
  inputSchema: z.object({ city: z.string() }),
  callback: weather.run,
});
const schema = z.object({ name: z.string(), age: z.number() });

test.each(Object.entries(models))(
  'an agent with a tool and a schema, over %s',
  async (_, create) => {
    const model = create();
    const agent = new Agent({ model, tools: [getWeather], printer: false });
    expect(String(await agent.invoke(weather.question))).toContain('sunny in Kyoto');
    const structured = new Agent({ model, structuredOutputSchema: schema, printer: false });
    expect((await structured.invoke(person.question)).structuredOutput).toEqual(person.value);
  },
);

const ways: [string, BedrockModelOptions][] = [
  ['ConverseStream', {}],
  ['Converse', { stream: false }],
];

async function lastMessage(
  options: BedrockModelOptions,
  prompt: Parameters<Agent['invoke']>[0],
): Promise<Message> {
  const agent = new Agent({ model: converse(options), tools: [getWeather], printer: false });
  return (await agent.invoke(prompt)).lastMessage;
}

test.each(ways)('reasoning is sent back with a tool result, over %s', async (_, options) => {
  const additionalRequestFields = { thinking: { type: 'enabled', budget_tokens: 1_024 } };
  const thinking = { ...options, maxTokens: 4_000, additionalRequestFields };
  const { content } = await lastMessage(thinking, weather.question);
  expect(content).toMatchObject([
    { type: 'reasoningBlock' },
    { text: expect.stringContaining('sunny in Kyoto') },
  ]);
});

test.each(ways)('an image, and a document with citations, over %s', async (_, options) => {
  const { content } = await lastMessage(options, [
    new ImageBlock({ format: 'png', source: { bytes: pngBytes } }),
    new DocumentBlock({
      name: 'bridge',
      format: 'txt',
      source: { text: bridge.text },
      citations: { enabled: true },
    }),
    new TextBlock(bridge.question),
  ]);
  const [before, cited] = content;
  const label = before?.type === 'textBlock' ? before.text : '';
  // In a stream Strands begins a block anew only at a start, which Bedrock does not send for text.
  const repeated = options.stream === false ? '' : label;
  expect(label).toContain('Simulated answer');
  expect(cited).toMatchObject({
    citations: [{ location: { type: 'documentChar', documentIndex: 0 }, source: 'bridge' }],
    content: [{ text: `${repeated}The bridge was opened in 1932.` }],
  });
});

test.each(ways)('a cached prompt, over %s', async (way, options) => {
  const model = converse({ ...options, cacheConfig: { strategy: 'auto' } });
  const agent = new Agent({ model, systemPrompt: `${rules} ${way}`, printer: false });
  const { metrics } = await agent.invoke('Hello');
  const { inputTokens, cacheWriteInputTokens = 0 } = metrics?.accumulatedUsage ?? {};
  expect(inputTokens).toBe(0);
  // Strands drops the counts of the cache of an answer that is not streamed.
  expect(cacheWriteInputTokens > 6_000).toBe(options.stream !== false);
});

test.each([
  ['a cut', { stream: [{ text: 'Hello' }, { cut: 'eof' }] }, 'Stream ended without completing'],
  ['max_tokens', { stream: [{ text: 'Hello' }], stop: 'max_tokens' }, 'maximum token limit'],
])('an answer that ends by %s throws, and nothing of it is kept', async (_, scenario, message) => {
  const off = bedrock.on(scenario);
  const agent = new Agent({ model: converse(), printer: false, retryStrategy: null });
  await expect(agent.invoke('Hi')).rejects.toThrow(message);
  off();
  expect(agent.messages.map(({ role }) => role)).toEqual(['user']);
});

test('a cancelled answer is kept as other words', async () => {
  const off = bedrock.on({ stream: [{ text: 'Hello' }, { stall: '60s' }] });
  const agent = new Agent({ model: converse(), printer: false });
  for await (const event of agent.stream('Hi')) {
    if (event.type === 'modelStreamUpdateEvent' && JSON.stringify(event).includes('Hello'))
      agent.cancel();
  }
  off();
  expect(agent.messages.at(-1)).toMatchObject({ content: [{ text: 'Cancelled by user' }] });
});
