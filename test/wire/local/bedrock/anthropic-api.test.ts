import { AnthropicBedrockMantle } from '@anthropic-ai/bedrock-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** Anthropic's API as its own SDKs see it, and as it is on the wire. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const model = 'anthropic.claude-sonnet-5';
const haiku = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const short = 'anthropic.claude-haiku-4-5';
const hello = { role: 'user' as const, content: 'Hello' };

test.each(['', '/anthropic'])('Anthropic’s API is at %s/v1', async (root) => {
  const client = new Anthropic({ baseURL: `${bedrock.url}${root}`, apiKey: 'any' });
  const request = { model, max_tokens: 200, messages: [hello] };
  const message = await client.messages.create(request);
  const streamed = await client.messages.stream(request).finalMessage();
  expect(streamed.content).toEqual(message.content);
  expect(message).toHaveProperty('_request_id', expect.stringMatching(/^[\da-f-]{36}$/u));
  const ids = (await Array.fromAsync(client.models.list({ limit: 2 }))).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(4);
  expect(ids).toEqual(expect.arrayContaining([model, haiku, short]));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of [haiku, short]) {
    const found = { type: 'model', id, display_name: 'Claude Haiku 4.5' };
    expect(await client.models.retrieve(id)).toMatchObject(found);
    expect((await client.messages.create({ ...request, model: id })).model).toBe(id);
  }
});

test('Anthropic’s client for bedrock-mantle signs its requests', async () => {
  const client = new AnthropicBedrockMantle({
    baseURL: `${bedrock.url}/anthropic`,
    awsRegion: 'us-east-1',
    awsAccessKey: 'any',
    awsSecretAccessKey: 'any',
  });
  const request = { model, messages: [hello] };
  const { usage } = await client.messages.create({ ...request, max_tokens: 200 });
  const { input_tokens } = await client.messages.countTokens(request);
  expect(input_tokens).toBe(usage.input_tokens);
});

const tool = {
  name: 'get_weather',
  description: 'Returns the weather of a city',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' as const } } },
};
const cached = { type: 'ephemeral' as const };
const long = 'The river flows past the old mill. '.repeat(800);
const note = { type: 'text' as const, media_type: 'text/plain' as const, data: 'It rains.' };

test.each<[string, Anthropic.MessageCountTokensParams]>([
  ['text', { model, messages: [hello] }],
  ['a system prompt and a tool', { model, messages: [hello], system: 'Be kind.', tools: [tool] }],
  [
    'a document',
    {
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: note },
            { type: 'text', text: 'Sum up' },
          ],
        },
      ],
    },
  ],
  [
    'a cached system prompt',
    { model, messages: [hello], system: [{ type: 'text', text: long, cache_control: cached }] },
  ],
  [
    'thinking',
    { model: haiku, messages: [hello], thinking: { type: 'enabled', budget_tokens: 1_024 } },
  ],
])('count_tokens of %s is the input that the answer reports', async (_, request) => {
  const client = new Anthropic({ baseURL: bedrock.url, apiKey: 'any' });
  const { input_tokens } = await client.messages.countTokens(request);
  const { usage } = await client.messages.create({ ...request, max_tokens: 2_000 });
  const { input_tokens: plain, cache_creation_input_tokens: written } = usage;
  expect(input_tokens).toBe(plain + (written ?? 0) + (usage.cache_read_input_tokens ?? 0));
});

test('the models of the root have the shape of the API whose header is there', async () => {
  const authorization = 'Bearer any';
  const list = async (headers: Record<string, string>, path = '/v1/models'): Promise<unknown> => {
    return (
      await fetch(`${bedrock.url}${path}`, { headers: { authorization, ...headers } })
    ).json();
  };
  const version = { 'anthropic-version': '2023-06-01' };
  expect(await list({})).toMatchObject({ object: 'list' });
  expect(await list(version)).toMatchObject({ has_more: expect.any(Boolean) });
  expect(await list({}, '/anthropic/v1/models?limit=1')).toMatchObject({ has_more: true });
  expect(await list(version, '/openai/v1/models')).toMatchObject({ object: 'list' });
  expect(await list(version, '/v1/models/none')).toMatchObject({
    type: 'error',
    error: { type: 'not_found_error', message: 'model: none' },
  });
  expect(await list({}, '/v1/models/none')).toMatchObject({
    error: { code: 'not_found_error', message: "The model 'none' does not exist" },
  });
});

test.each<[string, string, unknown, number, object]>([
  ['an unknown route', '/anthropic/v1/nothing', {}, 404, { type: 'not_found_error' }],
  ['an unknown route', '/v1/messages/batches', {}, 404, { type: 'not_found_error' }],
  [
    'an unknown model',
    '/v1/messages',
    { model: 'claude-none', max_tokens: 9, messages: [hello] },
    404,
    { type: 'not_found_error', message: 'model: claude-none' },
  ],
  [
    'a model of another provider',
    '/anthropic/v1/messages/count_tokens',
    { model: 'amazon.nova-lite-v1:0', messages: [hello] },
    404,
    { type: 'not_found_error', message: 'model: amazon.nova-lite-v1:0' },
  ],
  [
    'no max_tokens',
    '/v1/messages',
    { model, messages: [hello] },
    400,
    { type: 'invalid_request_error', message: 'max_tokens: Field required' },
  ],
  ['no JSON', '/v1/messages/count_tokens', '{', 400, { type: 'invalid_request_error' }],
  [
    'no messages',
    '/v1/messages/count_tokens',
    { model },
    400,
    { type: 'invalid_request_error', message: 'messages: Field required' },
  ],
])('%s at %s is refused', async (_, path, body, status, error) => {
  const response = await bedrock.post(path, body);
  expect(response.status).toBe(status);
  const request_id = response.headers.get('request-id');
  expect(await response.json()).toMatchObject({ type: 'error', error, request_id });
});

test('a wrong key is a 401 in Anthropic’s shape', async () => {
  const strict = await startBedrock({
    identity: { mode: 'strict', credentials: [], apiKeys: ['right'] },
  });
  const refused = async (path: string, headers: Record<string, string>): Promise<unknown> => {
    const response = await fetch(`${strict.url}${path}`, { headers });
    const { error }: { error: unknown } = JSON.parse(await response.text());
    return [response.status, error];
  };
  const type = 'authentication_error';
  const path = '/anthropic/v1/models';
  expect([
    await refused(path, { 'x-api-key': 'wrong' }),
    await refused(path, { authorization: 'Bearer wrong' }),
  ]).toEqual([
    [401, { type, message: 'invalid x-api-key' }],
    [401, { type, message: 'Invalid bearer token' }],
  ]);
  await strict.close();
  const none = await fetch(`${bedrock.url}${path}`);
  expect([none.status, await none.json()]).toMatchObject([
    401,
    { error: { type, message: 'x-api-key header is required' } },
  ]);
});
