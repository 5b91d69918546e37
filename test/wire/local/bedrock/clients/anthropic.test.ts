import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import { haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { bridge, person, recordingFetch, rules, weather } from '#test/fixtures/client-work.ts';

/** Anthropic's SDKs, with only their base URL changed. */

let bedrock: RunningBedrock;
let clients: Readonly<Record<string, Client>>;

type Client = Pick<Anthropic, 'messages' | 'beta'>;

beforeAll(async () => {
  bedrock = await startBedrock();
  const aws = { awsRegion: 'us-east-1', awsAccessKey: 'any', awsSecretKey: 'any' };
  clients = {
    'the Messages API': new Anthropic({ baseURL: `${bedrock.url}/anthropic`, apiKey: 'any' }),
    InvokeModel: new AnthropicBedrock({ baseURL: bedrock.url, ...aws }) as unknown as Client,
  };
});

afterAll(() => bedrock.close());

const names = ['the Messages API', 'InvokeModel'];
const clientOf = (name: string): Client => clients[name] ?? new Anthropic();

const settings = { model: haiku, max_tokens: 4_000 };
const user = (content: Anthropic.MessageParam['content']) => [{ role: 'user' as const, content }];

test.each(names)('a tool runner that thinks and streams, over %s', async (name) => {
  const runner = clientOf(name).beta.messages.toolRunner({
    ...settings,
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    messages: user(weather.question),
    stream: true,
    tools: [
      betaTool({
        name: weather.name,
        description: weather.description,
        inputSchema: weather.parameters,
        run: weather.run,
      }),
    ],
  });
  const types = [];
  for await (const stream of runner) {
    types.push((await stream.finalMessage()).content.map(({ type }) => type));
  }
  expect(types).toEqual([
    ['thinking', 'text', 'tool_use'],
    ['thinking', 'text'],
  ]);
  expect(JSON.stringify(await runner.done())).toContain('sunny in Kyoto');
});

test.each(names)('an object that follows a schema, over %s', async (name) => {
  const format = jsonSchemaOutputFormat(person.schema);
  const message = await clientOf(name).messages.parse({
    ...settings,
    messages: user(person.question),
    output_config: { format },
  });
  expect(message.parsed_output).toEqual(person.value);
});

test.each(names)('an image, and a document with citations, over %s', async (name) => {
  const data = Buffer.from(pngBytes).toString('base64');
  const request: Anthropic.MessageStreamParams = {
    ...settings,
    messages: user([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      {
        type: 'document',
        title: 'bridge',
        source: { type: 'text', media_type: 'text/plain', data: bridge.text },
        citations: { enabled: true },
      },
      { type: 'text', text: bridge.question },
    ]),
  };
  const { content } = await clientOf(name).messages.stream(request).finalMessage();
  expect(content.at(-1)).toMatchObject({
    text: expect.stringContaining('1932'),
    citations: [{ type: 'char_location', document_title: 'bridge' }],
  });
});

test.each(names)('a cached prompt, over %s', async (name) => {
  const request: Anthropic.MessageCreateParamsNonStreaming = {
    ...settings,
    system: [{ type: 'text', text: `${rules} ${name}`, cache_control: { type: 'ephemeral' } }],
    messages: user('Hello'),
  };
  const { usage: first } = await clientOf(name).messages.create(request);
  const { usage: second } = await clientOf(name).messages.stream(request).finalMessage();
  expect(first).toMatchObject({ input_tokens: 5, cache_read_input_tokens: 0 });
  expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
});

test('Anthropic’s client for InvokeModel names a version of its own, and big integers lose digits', async () => {
  const recording = recordingFetch();
  const client = new AnthropicBedrock({
    baseURL: bedrock.url,
    awsRegion: 'us-east-1',
    awsAccessKey: 'any',
    awsSecretKey: 'any',
    fetch: recording.fetch,
  });
  const input_schema = { type: 'object' as const, properties: { order: { type: 'integer' } } };
  const { content } = await client.messages.create({
    ...settings,
    messages: user('Use track for order 12345678901234567890'),
    tools: [{ name: 'track', input_schema }],
  });
  expect(recording.sent()).toContain('"anthropic_version":"2026-10-21"');
  expect(JSON.stringify(content.at(-1))).toContain('{"order":12345678901234567000}');
});

test.each(names)('only finalMessage notices an answer that is cut, over %s', async (name) => {
  const off = bedrock.on({ stream: [{ text: 'Hello' }, { cut: 'eof' }] });
  const { messages } = clientOf(name);
  const request = { ...settings, messages: user('Hi') };
  const events = await Array.fromAsync(await messages.create({ ...request, stream: true }));
  expect(events.at(-1)?.type).toBe('content_block_stop');
  await expect(messages.stream(request).finalMessage()).rejects.toThrow('stream ended without');
  off();
});
