import OpenAI, { RateLimitError } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem, type StreambedSystem } from '../fixtures/system.ts';
import { behave } from '../fixtures/told-turn.ts';

let system: StreambedSystem;
let client: OpenAI;

const model = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const question = { role: 'user', content: 'Tell me about rivers' } as const;

beforeAll(async () => {
  system = await startSystem();
  const { url = '', apiKeys: [apiKey = ''] = [] } = system.state.apis['Api'] ?? {};
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
});
afterAll(() => system.close());

test('the OpenAI SDK streams an answer, with its usage at the end', async () => {
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: 'system', content: 'Be brief.' }, question],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  const reasons: (string | null)[] = [];
  let usage: OpenAI.CompletionUsage | undefined;
  for await (const chunk of stream) {
    expect(chunk).toMatchObject({ object: 'chat.completion.chunk', model });
    text += chunk.choices[0]?.delta.content ?? '';
    for (const { finish_reason: reason } of chunk.choices)
      if (reason !== null) reasons.push(reason);
    usage = chunk.usage ?? usage;
  }
  expect(text).toContain('rivers');
  expect(reasons).toEqual(['stop']);
  expect(usage?.completion_tokens).toBeGreaterThan(10);
  const whole = await client.chat.completions.create({
    model,
    messages: [{ role: 'system', content: 'Be brief.' }, question],
  });
  expect(whole.choices[0]).toMatchObject({ message: { content: text }, finish_reason: 'stop' });
  expect(whole.usage?.total_tokens).toBe(usage?.total_tokens);
});

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const;

test('a tool is called, and its result is answered', async () => {
  const asked = { role: 'user', content: 'Use get_weather for Kyoto' } as const;
  const tools = [weather];
  const runner = client.chat.completions.stream({ model, messages: [asked], tools });
  const { choices } = await runner.finalChatCompletion();
  const call = choices[0]?.message.tool_calls?.[0];
  expect(choices[0]?.finish_reason).toBe('tool_calls');
  expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
  const input: unknown = JSON.parse(call?.type === 'function' ? call.function.arguments : '{}');
  expect(input).toHaveProperty('city');
  const answer = await client.chat.completions.create({
    model,
    tools,
    messages: [
      asked,
      { role: 'assistant', content: null, tool_calls: call === undefined ? [] : [call] },
      { role: 'tool', tool_call_id: call?.id ?? '', content: 'Sunny, 21 degrees' },
    ],
  });
  expect(answer.choices[0]?.message.content).toContain('Sunny, 21 degrees');
});

test('a tool that must be called is, and one that must not is not', async () => {
  const ask = (tool_choice: OpenAI.ChatCompletionToolChoiceOption) =>
    client.chat.completions.create({ model, messages: [question], tools: [weather], tool_choice });
  for (const choice of [
    'required',
    { type: 'function', function: { name: 'get_weather' } },
  ] as const) {
    expect((await ask(choice)).choices[0]?.finish_reason).toBe('tool_calls');
  }
  expect((await ask('none')).choices[0]?.finish_reason).toBe('stop');
});

test('an answer has the form of a JSON schema', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, length_km: { type: 'number' } },
    required: ['name', 'length_km'],
    additionalProperties: false,
  };
  const { choices } = await client.chat.completions.create({
    model,
    messages: [question],
    response_format: { type: 'json_schema', json_schema: { name: 'river', schema } },
  });
  expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
    name: expect.any(String),
    length_km: expect.any(Number),
  });
});

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('a picture is shown to the model, and an address of one is refused by name', async () => {
  const showing = (url: string) =>
    client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Tell me about this picture' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
  const { choices } = await showing(`data:image/png;base64,${pixel}`);
  expect(choices[0]?.finish_reason).toBe('stop');
  await expect(showing('https://example.com/a.png')).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('data: URL'),
  });
});

test('the models are those that may be asked, and the one that is chosen for the request', async () => {
  const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
  expect(ids).toEqual([model, 'amazon.nova-lite-v1:0', 'auto']);
  const { model: chosen } = await client.chat.completions.create({
    model: 'auto',
    messages: [{ role: 'user', content: 'Hi there' }],
  });
  expect(chosen).toBe('amazon.nova-lite-v1:0');
});

test.each([
  [{ model: 'gpt-4o' }, 'model', 'must be one of'],
  [{ messages: [] }, 'messages', 'must not be empty'],
  [{ temperature: 1.5 }, 'temperature', 'must be from 0 to 1'],
  [{ n: 2 }, 'n', 'must be 1'],
  [
    { messages: [{ role: 'assistant', content: 'Hi' }] },
    'messages',
    'must begin with one of the user',
  ],
])('%j is refused as OpenAI does, with the field', async (change, param, message) => {
  const body = { model, messages: [question], ...change };
  const answer = client.post('/chat/completions', { body });
  await expect(answer).rejects.toMatchObject({
    status: 400,
    type: 'invalid_request_error',
    param,
    message: expect.stringContaining(message),
  });
});

test('a model that fails is an error that the SDK throws, before and amid an answer', async () => {
  await behave(system, { fail: { type: 'ThrottlingException' } });
  const ask = () => client.chat.completions.create({ model, messages: [question], stream: true });
  await expect(ask()).rejects.toBeInstanceOf(RateLimitError);
  await behave(system, { stream: [{ text: 'Hello there' }, { cut: 'rst' }] });
  let text = '';
  const reading = (async () => {
    for await (const chunk of await ask()) text += chunk.choices[0]?.delta.content ?? '';
  })();
  await expect(reading).rejects.toThrow('broke off');
  expect(text).toBe('Hello there');
  await behave(system, {});
});

test('a request without a key is refused', async () => {
  const url = `${system.state.apis['Api']?.url}/v1/models`;
  expect((await fetch(url)).status).toBe(401);
});
