import { RateLimitError, type OpenAI } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCall, claude as model, openAiClient, question, weather } from '#test/fixtures/openai.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;
let client: OpenAI;

beforeAll(async () => {
  system = await startSystem();
  client = openAiClient(system);
});
afterAll(() => system.close());

test('the OpenAI SDK streams an answer with its usage at the end', async () => {
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

test('the model calls a tool and answers with its result', async () => {
  const userMessage = { role: 'user', content: 'Use get_weather for Kyoto' } as const;
  const tools = [weather];
  const runner = client.chat.completions.stream({ model, messages: [userMessage], tools });
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
      userMessage,
      { role: 'assistant', content: null, tool_calls: call === undefined ? [] : [call] },
      { role: 'tool', tool_call_id: call?.id ?? '', content: 'Sunny, 21 degrees' },
    ],
  });
  expect(answer.choices[0]?.message.content).toContain('Sunny, 21 degrees');
});

test('tool_choice forces or prevents a tool call', async () => {
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

// Schemas as zod and pydantic produce them: with limits, and without additionalProperties: false.
const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^.*$' },
    length_km: { type: 'integer', minimum: 1, maximum: 9_007_199_254_740_991 },
  },
  required: ['name', 'length_km'],
};
const responseFormat = { type: 'json_schema', json_schema: { name: 'river', schema } } as const;
const river = { name: expect.any(String), length_km: expect.any(Number) };

test.each([model, 'amazon.nova-lite-v1:0', 'auto'])(
  'an answer conforms to a JSON schema: %s',
  async (modelId) => {
    const request = { model: modelId, messages: [question], response_format: responseFormat };
    const { choices, usage } = await client.chat.completions.create(request);
    expect(choices[0]?.finish_reason).toBe('stop');
    expect(choices[0]?.message.tool_calls).toBeUndefined();
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual(river);
    expect(usage?.completion_tokens).toBeGreaterThan(1);
    const stream = client.chat.completions.stream(request);
    expect(JSON.parse((await stream.finalContent()) ?? '')).toEqual(river);
  },
);

test('a request with a JSON schema and tools may call a tool first', async () => {
  const userMessage = { role: 'user', content: 'Use get_weather for Kyoto' } as const;
  const request = { model, tools: [weather], response_format: responseFormat };
  const { choices } = await client.chat.completions.create({ ...request, messages: [userMessage] });
  expect(choices[0]?.finish_reason).toBe('tool_calls');
  const [call] = choices[0]?.message.tool_calls ?? [];
  const toolCall = {
    role: 'assistant',
    content: null,
    tool_calls: call === undefined ? [] : [call],
  } as const;
  const result = { role: 'tool', tool_call_id: call?.id ?? '', content: 'Sunny' } as const;
  const messages = [userMessage, { ...toolCall, tool_calls: [...toolCall.tool_calls] }, result];
  const answer = await client.chat.completions.create({ ...request, messages });
  expect(answer.choices[0]?.finish_reason).toBe('stop');
  expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(river);
});

test('an answer with the format json_object is a JSON object', async () => {
  const { choices } = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'The capital of Japan, in JSON' }],
    response_format: { type: 'json_object' },
  });
  expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual(expect.any(Object));
});

test.each([[{}], [{ tools: [weather], tool_choice: 'none' }]])(
  'earlier tool calls are accepted in a request without tools: %j',
  async (change) => {
    const messages = [
      { role: 'assistant', content: 'How can I help?' },
      { role: 'user', content: 'Use get_weather for Kyoto' },
      { role: 'assistant', content: '', tool_calls: [aCall('call:1|x')] },
      { role: 'tool', tool_call_id: 'call:1|x', content: 'Sunny' },
      { role: 'assistant', content: '\n' },
      { role: 'user', content: 'Summarise that, please' },
    ];
    const body = { model, messages, temperature: 1.5, ...change };
    const answer = (await client.post('/chat/completions', { body })) as OpenAI.ChatCompletion;
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.choices[0]?.message.content).toContain('Sunny');
  },
);

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

test('an image in a data: URL is accepted, and an https URL is rejected', async () => {
  const sendImage = (url: string) =>
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
  const { choices } = await sendImage(`data:image/png;base64,${pixel}`);
  expect(choices[0]?.finish_reason).toBe('stop');
  await expect(sendImage('https://example.com/a.png')).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('data: URL'),
  });
});

test('the model list has the allowed models and auto, which picks a model', async () => {
  const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
  expect(ids).toEqual([model, 'amazon.nova-lite-v1:0', 'auto']);
  const { model: picked } = await client.chat.completions.create({
    model: 'auto',
    messages: [{ role: 'user', content: 'Hi there' }],
  });
  expect(picked).toBe('amazon.nova-lite-v1:0');
});

test('an unknown model is a model_not_found error, as from OpenAI', async () => {
  expect(await client.models.retrieve('auto')).toMatchObject({ id: 'auto', object: 'model' });
  const missing = { status: 404, code: 'model_not_found', param: 'model' };
  await expect(client.models.retrieve('gpt-4o')).rejects.toMatchObject(missing);
  const answer = client.chat.completions.create({ model: 'gpt-4o', messages: [question] });
  await expect(answer).rejects.toMatchObject(missing);
});

test('the SDK throws an error for a fault before or during an answer', async () => {
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const ask = () => client.chat.completions.create({ model, messages: [question], stream: true });
  await expect(ask()).rejects.toBeInstanceOf(RateLimitError);
  await setScenario(system, { stream: [{ text: 'Hello there' }, { cut: 'rst' }] });
  let text = '';
  const reading = (async () => {
    for await (const chunk of await ask()) text += chunk.choices[0]?.delta.content ?? '';
  })();
  await expect(reading).rejects.toThrow('ended with an error');
  expect(text).toBe('Hello there');
  await setScenario(system, {});
});

test('a request rejected by the model keeps its reason', async () => {
  const request = { model, messages: [question], temperature: 0.5, top_p: 0.5 };
  await expect(client.chat.completions.create(request)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('`temperature` and `top_p` cannot both be specified'),
  });
});

test('a request without a key is rejected', async () => {
  const url = `${system.state.apis['Api']?.url}/v1/models`;
  expect((await fetch(url)).status).toBe(401);
});
