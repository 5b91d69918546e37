import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createBedrockAnthropic } from '@ai-sdk/amazon-bedrock/anthropic';
import { createBedrockMantle } from '@ai-sdk/amazon-bedrock/mantle';
import {
  embedMany,
  extractReasoningMiddleware,
  generateText,
  jsonSchema,
  Output,
  stepCountIs,
  streamText,
  tool,
  wrapLanguageModel,
  type LanguageModel,
  type ModelMessage,
} from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import { credentials, haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { bridge, person, recordingFetch, rules, weather } from '#test/fixtures/client-work.ts';

/** The AI SDK over each route that it has for Bedrock, with only its base URL changed. */

let bedrock: RunningBedrock;
let converse: ReturnType<typeof createAmazonBedrock>;
let modelOf: Readonly<Record<Route, () => LanguageModel>>;

type Route = 'Converse' | 'InvokeModel' | 'chat completions' | 'responses';

beforeAll(async () => {
  bedrock = await startBedrock();
  const settings = { baseURL: bedrock.url, region: 'us-east-1', ...credentials };
  converse = createAmazonBedrock(settings);
  const mantle = createBedrockMantle({ baseURL: `${bedrock.url}/v1`, apiKey: 'any' });
  const gpt = 'openai.gpt-oss-120b-1:0';
  modelOf = {
    Converse: () => converse(haiku),
    InvokeModel: () => createBedrockAnthropic(settings)(haiku),
    'chat completions': () =>
      wrapLanguageModel({
        model: mantle.chat(gpt),
        // Bedrock puts the reasoning of gpt-oss into the text.
        middleware: extractReasoningMiddleware({ tagName: 'reasoning' }),
      }),
    responses: () => mantle.responses(gpt),
  };
});

afterAll(() => bedrock.close());

const claude: readonly Route[] = ['Converse', 'InvokeModel'];
const routes: readonly Route[] = [...claude, 'chat completions', 'responses'];

test.each(routes)('text, whole and streamed, over %s', async (route) => {
  const request = { model: modelOf[route](), prompt: 'Hello' };
  const { text, usage } = await generateText(request);
  expect(text).toContain('Simulated answer');
  const streamed = streamText(request);
  expect(await streamed.text).toBe(text);
  expect(await streamed.finishReason).toBe('stop');
  const { inputTokens, outputTokens } = usage;
  expect(await streamed.usage).toMatchObject({ inputTokens, outputTokens });
});

const agent = {
  prompt: weather.question,
  stopWhen: stepCountIs(3),
  tools: {
    [weather.name]: tool({
      description: weather.description,
      inputSchema: jsonSchema<{ city: string }>(weather.parameters),
      execute: weather.run,
    }),
  },
};

test.each(routes)('an agent that reasons and calls a tool, over %s', async (route) => {
  const thinking = { type: 'enabled', budgetTokens: 1_024 } as const;
  const request = {
    ...agent,
    model: modelOf[route](),
    providerOptions: { bedrock: { reasoningConfig: thinking }, anthropic: { thinking } },
  };
  const { steps, text } = await generateText(request);
  expect(text).toContain('sunny in Kyoto');
  // Of responses the AI SDK reads the summary of the reasoning, and gpt-oss has none.
  const reasoning = route === 'responses' ? '' : 'The question is about the weather.';
  const reasoned = (each: typeof steps): readonly string[] =>
    each.map(({ reasoningText = '' }) => reasoningText.slice(0, reasoning.length || 1));
  expect(reasoned(steps)).toEqual([reasoning, reasoning]);
  const streamed = streamText(request);
  expect(await streamed.text).toBe(text);
  expect(reasoned(await streamed.steps)).toEqual([reasoning, reasoning]);
});

test.each(routes)('an object that follows a schema, over %s', async (route) => {
  const output = Output.object({ schema: jsonSchema<typeof person.value>(person.schema) });
  const request = { model: modelOf[route](), prompt: person.question, output };
  expect((await generateText(request)).output).toEqual(person.value);
  expect(await streamText(request).output).toEqual(person.value);
});

test.each(claude)('an image, and a document with citations, over %s', async (route) => {
  const cited = { citations: { enabled: true } };
  const messages: ModelMessage[] = [
    {
      role: 'user',
      content: [
        { type: 'file', data: pngBytes, mediaType: 'image/png' },
        {
          type: 'file',
          data: new TextEncoder().encode(bridge.text),
          mediaType: 'text/plain',
          filename: 'bridge.txt',
          providerOptions: { bedrock: cited, anthropic: cited },
        },
        { type: 'text', text: bridge.question },
      ],
    },
  ];
  const request = { model: modelOf[route](), messages };
  const { text, sources } = await generateText(request);
  const streamed = streamText(request);
  expect([text, await streamed.text]).toEqual(Array(2).fill(expect.stringContaining('1932')));
  // The AI SDK drops the citations of Converse.
  const found = route === 'Converse' ? [] : [{ sourceType: 'document', title: 'bridge.txt' }];
  expect([sources, await streamed.sources]).toMatchObject([found, found]);
});

test.each(claude)('a cached prompt, over %s', async (route) => {
  const providerOptions = {
    bedrock: { cachePoint: { type: 'default' } },
    anthropic: { cacheControl: { type: 'ephemeral' } },
  };
  const request = {
    model: modelOf[route](),
    instructions: { role: 'system', content: `${rules} ${route}`, providerOptions } as const,
    prompt: 'Hello',
  };
  const { inputTokenDetails: first } = (await generateText(request)).usage;
  const { inputTokenDetails: second } = await streamText(request).usage;
  expect(first).toMatchObject({ noCacheTokens: 5, cacheReadTokens: 0 });
  expect(second.cacheReadTokens).toBe(first.cacheWriteTokens);
});

test.each(['amazon.titan-embed-text-v2:0', 'cohere.embed-english-v3'])(
  'embeddings of %s',
  async (id) => {
    const { embeddings } = await embedMany({ model: converse.embedding(id), values: ['a', 'b'] });
    expect(embeddings.map(({ length }) => length)).toEqual([1_024, 1_024]);
  },
);

test('a required tool call that does not come is an error after the text', async () => {
  const off = bedrock.on({ stream: [{ text: 'Hello.' }] });
  const { tools } = agent;
  const request = {
    model: modelOf.Converse(),
    tools,
    toolChoice: 'required',
    prompt: 'Hi',
  } as const;
  const types = (
    await Array.fromAsync(streamText({ ...request, onError: () => undefined }).fullStream)
  ).map(({ type }) => type);
  await expect(generateText(request)).rejects.toThrow('did not contain a tool call');
  off();
  expect(types).toEqual(expect.arrayContaining(['text-delta', 'error', 'finish']));
});

test.each(claude)('a large integer of a tool loses its digits, over %s', async (route) => {
  const order = { type: 'object', properties: { order: { type: 'integer' } } } as const;
  const { toolCalls } = await generateText({
    model: modelOf[route](),
    tools: { track: tool({ description: 'Tracks', inputSchema: jsonSchema(order) }) },
    prompt: 'Use track for order 12345678901234567890',
  });
  expect(JSON.stringify(toolCalls[0]?.input)).toBe('{"order":12345678901234567000}');
});

test('documents lose much of their names in Converse, and two can have the same', async () => {
  const recording = recordingFetch();
  const settings = { baseURL: bedrock.url, region: 'us-east-1', ...credentials };
  const provider = createAmazonBedrock({ ...settings, fetch: recording.fetch });
  const data = new TextEncoder().encode(bridge.text);
  const content = ['報告.txt', 'a_b.v1.txt', 'ab.v2.txt'].map(
    (filename) => ({ type: 'file', data, mediaType: 'text/plain', filename }) as const,
  );
  await Promise.allSettled([
    generateText({ model: provider(haiku), messages: [{ role: 'user', content }] }),
  ]);
  const names = [...recording.sent().matchAll(/"name":"([^"]+)"/gu)].map(([, name]) => name);
  expect(names).toEqual(['document-1', 'ab', 'ab']);
});
