import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** OpenAI's responses as its own SDK sees them, and as they are on the wire. */

let bedrock: RunningBedrock;
let client: OpenAI;

beforeAll(async () => {
  bedrock = await startBedrock();
  client = new OpenAI({ baseURL: `${bedrock.url}/v1`, apiKey: 'any', maxRetries: 0 });
});

beforeEach(() => reset());

afterAll(() => bedrock.close());

const model = 'openai.gpt-oss-120b-1:0';
const plain = 'qwen.qwen3-32b-v1:0';
const weather = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'Returns the weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
};
const question = 'What is the weather in Kyoto?';

async function reset(): Promise<void> {
  await bedrock.post('/_streambed/reset', {});
}

async function typesOf(body: object): Promise<readonly string[]> {
  const events = await eventsOf(body);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
  return events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

async function eventsOf(body: object): Promise<readonly OpenAI.Responses.ResponseStreamEvent[]> {
  const response = await bedrock.post('/v1/responses', { model, ...body, stream: true });
  const messages = (await response.text()).trim().split('\n\n');
  return messages.map((message) => {
    const [, type, data = ''] = /^event: (.+)\ndata: (.+)$/u.exec(message) ?? [];
    const event: OpenAI.Responses.ResponseStreamEvent = JSON.parse(data);
    expect(event.type).toBe(type);
    return event;
  });
}

test('the events of a response are in order, with reasoning and text', async () => {
  const part = (name: string): readonly string[] => [
    'response.output_item.added',
    'response.content_part.added',
    `response.${name}.delta`,
    `response.${name}.done`,
    'response.content_part.done',
    'response.output_item.done',
  ];
  expect(await typesOf({ input: 'Hello' })).toEqual([
    'response.created',
    'response.in_progress',
    ...part('reasoning_text'),
    ...part('output_text'),
    'response.completed',
  ]);
});

test('a streamed tool call is the same as a whole one', async () => {
  const request = { model, input: question, tools: [weather] };
  expect((await typesOf(request)).slice(-5)).toEqual([
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.completed',
  ]);
  const streamed = await client.responses.stream(request).finalResponse();
  const whole = await client.responses.create(request);
  expect(streamed.output.at(-1)).toMatchObject({ ...whole.output.at(-1), status: 'completed' });
  expect(streamed.id).toBe(whole.id);
});

test('an answer that is cut is incomplete, and so is its last item', async () => {
  const events = await eventsOf({ input: 'Tell me a long story', max_output_tokens: 16 });
  const done = events.findLast((event) => event.type === 'response.output_item.done');
  expect(events.at(-1)).toMatchObject({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  });
  const last = events.at(-1);
  if (last?.type !== 'response.incomplete') throw new Error('not incomplete');
  expect(last.response.output.at(-1)).toEqual(done?.item);
});

test('an answer that fails midway ends with response.failed', async () => {
  const off = bedrock.on({
    stream: [{ text: 'Hello' }, { exception: { type: 'throttlingException', message: 'Slow' } }],
  });
  const last = (await eventsOf({ input: 'Hello' })).at(-1);
  off();
  const error = { code: 'rate_limit_exceeded', message: 'Slow' };
  expect(last).toMatchObject({ type: 'response.failed', response: { status: 'failed', error } });
});

test('a response continues the one before, without its instructions', async () => {
  const instructions = 'You are a pirate.';
  const first = await client.responses.create({ model: plain, input: 'Hello', instructions });
  const second = await client.responses.create({
    model: plain,
    input: question,
    previous_response_id: first.id,
  });
  const whole = await client.responses.create({
    model: plain,
    input: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: first.output_text },
      { role: 'user', content: question },
    ],
  });
  expect(second.usage).toEqual(whole.usage);
  expect(second.output_text).toBe(whole.output_text);
  expect(second).toMatchObject({ previous_response_id: first.id, instructions: null });
  expect(second.id).not.toBe(whole.id);
  expect(await client.responses.retrieve(second.id)).toEqual(second);
});

test('tool calls of a stored response are answered by their ids alone, streamed or whole', async () => {
  const request = { model, input: question, tools: [weather] };
  const { id, output } = await client.responses.stream(request).finalResponse();
  const call = output.find((item) => item.type === 'function_call');
  const result = {
    type: 'function_call_output' as const,
    call_id: call?.call_id ?? '',
    output: 'sunny',
  };
  const next = { model, input: [result], previous_response_id: id, tools: [weather] };
  expect((await client.responses.create(next)).output_text).toContain('sunny');
  const item = { type: 'item_reference' as const, id: call?.id ?? '' };
  const user = { role: 'user' as const, content: question };
  const referred = await client.responses.create({ ...request, input: [user, item, result] });
  expect(referred.output_text).toContain('sunny');
});

test.each<[string, object, object]>([
  [
    'an output without its call',
    { input: [{ type: 'function_call_output', call_id: 'call_1', output: '' }] },
    { message: 'No tool call found for function call output with call_id call_1.', param: 'input' },
  ],
  [
    'a call without its output',
    {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
      ],
    },
    { message: 'No tool output found for function call call_1.', param: 'input' },
  ],
  [
    'an unknown previous response',
    { input: 'Hi', previous_response_id: 'resp_1' },
    {
      message: "Previous response with id 'resp_1' not found.",
      param: 'previous_response_id',
      code: 'previous_response_not_found',
      type: 'invalid_request_error',
    },
  ],
  [
    'no input',
    {},
    {
      message: "Missing required parameter: 'input'.",
      param: 'input',
      code: 'missing_required_parameter',
    },
  ],
  [
    'an unknown role',
    { input: [{ role: 'robot', content: 'Hi' }] },
    { param: 'input[0].role', code: 'invalid_value' },
  ],
  [
    'a tool that is not a function',
    { input: 'Hi', tools: [{ type: 'web_search', name: 'x' }] },
    { param: 'tools[0].type', code: 'invalid_value' },
  ],
  ['background mode', { input: 'Hi', background: true }, { param: 'background' }],
])('a request for a response with %s is refused', async (_, body, error) => {
  const response = await bedrock.post('/v1/responses', { model, ...body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error });
});

test('a response is stored until it is deleted or the server is reset, unless asked not to', async () => {
  const request = { model: plain, input: 'Hello' };
  const kept = await client.responses.create(request);
  const other = await client.responses.create({ ...request, store: false });
  expect(other).toMatchObject({ store: false, output: [{ content: [{ type: 'output_text' }] }] });
  const notFound = { status: 404, type: 'invalid_request_error', code: 'not_found_error' };
  await expect(client.responses.retrieve(other.id)).rejects.toMatchObject(notFound);
  const deleted = await client.delete(`/responses/${kept.id}`);
  expect(deleted).toEqual({ id: kept.id, object: 'response', deleted: true });
  await expect(client.responses.delete(kept.id)).rejects.toMatchObject(notFound);
  const again = await client.responses.create(request);
  await reset();
  await expect(client.responses.retrieve(again.id)).rejects.toMatchObject(notFound);
});

test('an image in a response is the one of chat completions', async () => {
  const image_url = `data:image/png;base64,${Buffer.from(pngBytes).toString('base64')}`;
  const claude = 'anthropic.claude-sonnet-5';
  const response = await client.responses.create({
    model: claude,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', detail: 'auto', image_url },
        ],
      },
    ],
  });
  const { usage } = await client.chat.completions.create({
    model: claude,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: image_url } },
        ],
      },
    ],
  });
  expect(response.usage?.input_tokens).toBe(usage?.prompt_tokens);
});

test('a response follows a schema', async () => {
  const { output_text } = await client.responses.create({
    model: plain,
    input: 'John Smith is 42 years old.',
    text: {
      format: {
        type: 'json_schema',
        name: 'person',
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, age: { type: 'number' } },
          required: ['name', 'age'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(JSON.parse(output_text)).toEqual({ name: 'John Smith', age: 42 });
});
