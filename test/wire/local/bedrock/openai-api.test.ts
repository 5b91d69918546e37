import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** OpenAI's API as its own SDK sees it, and as it is on the wire. */

let bedrock: RunningBedrock;
let client: OpenAI;

beforeAll(async () => {
  bedrock = await startBedrock({ modelsWithoutAccess: ['qwen.qwen3-coder-30b-a3b-v1:0'] });
  client = new OpenAI({ baseURL: `${bedrock.url}/v1`, apiKey: 'any', maxRetries: 0 });
});

afterAll(() => bedrock.close());

const model = 'openai.gpt-oss-120b-1:0';
const plain = 'qwen.qwen3-32b-v1:0';

test.each(['/v1', '/openai/v1'])('OpenAI’s API is at %s', async (root) => {
  const from = new OpenAI({ baseURL: `${bedrock.url}${root}`, apiKey: 'any' });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const { choices } = await from.chat.completions.create({ model: plain, messages });
  expect(choices[0]?.message).toMatchObject({ role: 'assistant', refusal: null });
  const response = await from.responses.create({ model: plain, input: 'Hello' });
  expect(response.output_text).toBe(choices[0]?.message.content);
  const listed = await Array.fromAsync(await from.models.list());
  expect(listed.map(({ id }) => id)).toEqual(
    expect.arrayContaining([model, plain, 'amazon.titan-embed-text-v2:0']),
  );
  expect(listed.map(({ id }) => id)).not.toContain('anthropic.claude-v2');
  const found = await from.models.retrieve(model);
  expect(found).toMatchObject({ id: model, object: 'model', owned_by: 'openai' });
  expect(response).toHaveProperty('_request_id', expect.stringMatching(/^[\da-f-]{36}$/u));
});

test('tool calls in a stream are numbered from 0 among themselves', async () => {
  const tool = (name: string): object => ({ tool: { name, args: {} } });
  const off = bedrock.on({ stream: [{ text: 'I look.' }, tool('first'), tool('second')] });
  const stream = client.chat.completions.stream({
    model: plain,
    messages: [{ role: 'user', content: 'Hello' }],
    tools: ['first', 'second'].map((name) => ({ type: 'function', function: { name } })),
  });
  const { choices } = await stream.finalChatCompletion();
  off();
  const names = choices[0]?.message.tool_calls?.map(
    (call) => 'function' in call && call.function.name,
  );
  expect(names).toEqual(['first', 'second']);
});

test('stream_options decides whether chunks have usage', async () => {
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const request = { model: plain, messages, stream: true as const };
  const withUsage = { ...request, stream_options: { include_usage: true } };
  const chunks = await Array.fromAsync(await client.chat.completions.create(withUsage));
  expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 5 } });
  const bare = await Array.fromAsync(await client.chat.completions.create(request));
  expect(bare.some((chunk) => 'usage' in chunk)).toBe(false);
  const { status, error } = await refusalOf('/v1/chat/completions', {
    ...withUsage,
    stream: false,
  });
  expect([status, error]).toMatchObject([400, { param: 'stream_options' }]);
});

interface Refusal {
  readonly status: number;
  readonly error: Readonly<Record<'message' | 'type' | 'code' | 'param', unknown>>;
}

async function refusalOf(
  path: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<Refusal> {
  const response = await bedrock.post(path, body, headers);
  const { error }: Refusal = JSON.parse(await response.text());
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  return { status: response.status, error };
}

const messages = [{ role: 'user', content: 'Hi' }];

test.each<[string, string, unknown, number, object]>([
  [
    'an unknown route',
    '/v1/nothing',
    {},
    404,
    { message: 'Invalid URL (POST /v1/nothing)', code: null },
  ],
  ['an unknown route', '/openai/v1/nothing?a=1', {}, 404, { type: 'invalid_request_error' }],
  [
    'an unknown model',
    '/v1/chat/completions',
    { model: 'gpt-none', messages },
    404,
    { message: "The model 'gpt-none' does not exist", code: 'not_found_error' },
  ],
  [
    'a model for embeddings',
    '/openai/v1/responses',
    { model: 'amazon.titan-embed-text-v2:0', input: 'Hi' },
    400,
    {
      message:
        "The model 'amazon.titan-embed-text-v2:0' does not support the '/openai/v1/responses' API",
    },
  ],
  [
    'a model for text',
    '/v1/embeddings',
    { model: plain, input: 'Hi' },
    400,
    { message: `The model '${plain}' does not support the '/v1/embeddings' API` },
  ],
  [
    'a model without access',
    '/v1/chat/completions',
    { model: 'qwen.qwen3-coder-30b-a3b-v1:0', messages },
    403,
    { code: 'access_denied', type: 'permission_denied_error' },
  ],
  ['no JSON', '/v1/chat/completions', '{', 400, { code: 'validation_error' }],
  [
    'a wrong type',
    '/v1/chat/completions',
    { model: plain, messages: 'Hi' },
    400,
    {
      message: "Invalid type for 'messages': expected an array, but got a string instead.",
      param: 'messages',
      code: 'invalid_type',
    },
  ],
  [
    'a temperature that is too high',
    '/v1/chat/completions',
    { model: plain, messages, temperature: 2.5 },
    400,
    {
      message:
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.",
      param: 'temperature',
      code: 'decimal_above_max_value',
    },
  ],
])('%s at %s is refused', async (_, path, body, status, error) => {
  expect(await refusalOf(path, body)).toMatchObject({ status, error });
});

test('a wrong key is a 401 in OpenAI’s shape', async () => {
  const strict = await startBedrock({
    identity: { mode: 'strict', credentials: [], apiKeys: ['right'] },
  });
  const from = (apiKey: string): OpenAI =>
    new OpenAI({ baseURL: `${strict.url}/v1`, apiKey, maxRetries: 0 });
  await expect(from('wrong').models.list()).rejects.toMatchObject({
    status: 401,
    code: 'invalid_api_key',
    type: 'authentication_error',
    error: { message: 'Invalid bearer token' },
  });
  expect((await from('right').models.list()).data.length).toBeGreaterThan(10);
  await strict.close();
  const none = await fetch(`${bedrock.url}/v1/models`);
  expect(none.status).toBe(401);
  expect(await none.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
});

test.each(['amazon.titan-embed-text-v2:0', 'cohere.embed-v4:0'])(
  'embeddings of %s are those of InvokeModel, as numbers and in Base64',
  async (id) => {
    const input = ['the river flows', 'income tax'];
    const size = { model: id, dimensions: 256 };
    const { data, usage } = await client.embeddings.create({ ...size, input });
    expect(data.map(({ index }) => index)).toEqual([0, 1]);
    expect(data.map(({ embedding }) => embedding.length)).toEqual([256, 256]);
    expect(usage.prompt_tokens).toBe(usage.total_tokens);
    const [river] = input;
    const body = id.startsWith('cohere')
      ? { texts: input, input_type: 'search_document', output_dimension: 256 }
      : { inputText: river, dimensions: 256 };
    const native = await (await bedrock.post(`/model/${id}/invoke`, body)).text();
    expect(native).toContain(JSON.stringify(data[0]?.embedding));
    const floats = await client.embeddings.create({
      ...size,
      input: input[0] ?? '',
      encoding_format: 'float',
    });
    expect(floats.data).toEqual([data[0]]);
    const raw = await bedrock.post('/v1/embeddings', { ...size, input, encoding_format: 'base64' });
    expect(await raw.text()).toMatch(/"embedding":"[\w+/]{1360,}={0,2}"/u);
    const response = await bedrock.post('/v1/embeddings', { ...size, input: [[1, 2]] });
    expect(response.status).toBe(400);
  },
);
