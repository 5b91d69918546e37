import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import { startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { person, weather } from '#test/fixtures/client-work.ts';

/** OpenAI's SDK over both of its APIs, with only its base URL changed. */

let bedrock: RunningBedrock;
let client: OpenAI;

beforeAll(async () => {
  bedrock = await startBedrock();
  client = new OpenAI({ baseURL: `${bedrock.url}/openai/v1`, apiKey: 'any', maxRetries: 0 });
});

afterAll(() => bedrock.close());

const gpt = 'openai.gpt-oss-120b-1:0';
const qwen = 'qwen.qwen3-32b-v1:0';
const claude = 'anthropic.claude-sonnet-5';
const image = `data:image/png;base64,${Buffer.from(pngBytes).toString('base64')}`;
const { name, description, parameters } = weather;

const user = (content: string) => ({ role: 'user' as const, content });

test('a runner of chat completions streams, calls a tool and answers', async () => {
  const runner = client.chat.completions.runTools({
    model: qwen,
    stream: true,
    messages: [user(weather.question)],
    tools: [
      {
        type: 'function',
        function: { name, description, parameters, parse: JSON.parse, function: weather.run },
      },
    ],
  });
  expect(await runner.finalContent()).toContain('sunny in Kyoto');
  expect(await runner.finalFunctionToolCallResult()).toBe('sunny in Kyoto');
});

test('a loop of responses calls a tool and answers, with its reasoning sent back', async () => {
  const tools = [{ type: 'function' as const, name, description, parameters, strict: false }];
  const input: OpenAI.Responses.ResponseInput = [user(weather.question)];
  const first = await client.responses.stream({ model: gpt, input, tools }).finalResponse();
  expect(first.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call']);
  const call = first.output.find((item) => item.type === 'function_call');
  const { city } = JSON.parse(call?.arguments ?? '{}');
  const result = { type: 'function_call_output' as const, call_id: call?.call_id ?? '' };
  for (const item of first.output) {
    if (item.type === 'reasoning' || item.type === 'function_call') input.push(item);
  }
  input.push({ ...result, output: weather.run({ city }) });
  const second = await client.responses.create({ model: gpt, input, tools });
  expect(second.output_text).toContain('sunny in Kyoto');
});

test('reasoning of gpt-oss is in the text of chat completions, and in items of responses', async () => {
  const messages = [user('Hello')];
  const completion = await client.chat.completions.create({ model: gpt, messages });
  expect(completion.choices[0]?.message.content).toMatch(/^<reasoning>[^<]+<\/reasoning>/u);
  const response = await client.responses.create({ model: gpt, input: 'Hello' });
  expect(response.output_text).toMatch(/^> \*\*Simulated answer/u);
});

test('an object that follows a schema', async () => {
  const format = { type: 'json_schema' as const, name: person.name, schema: person.schema };
  const completion = await client.chat.completions.parse({
    model: qwen,
    messages: [user(person.question)],
    response_format: { type: format.type, json_schema: { ...format, strict: true } },
  });
  expect(completion.choices[0]?.message.parsed).toEqual(person.value);
  const response = await client.responses.parse({
    model: gpt,
    input: person.question,
    text: { format: { ...format, strict: true } },
  });
  expect(response.output_parsed).toEqual(person.value);
});

test('an image', async () => {
  const question = 'What is in this picture?';
  const completion = await client.chat.completions.create({
    model: claude,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: question },
          { type: 'image_url', image_url: { url: image } },
        ],
      },
    ],
  });
  expect(completion.choices[0]?.message.content).toContain('Simulated');
  const { usage } = await client.responses.create({
    model: claude,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: question },
          { type: 'input_image', image_url: image, detail: 'auto' },
        ],
      },
    ],
  });
  expect(usage?.input_tokens).toBe(completion.usage?.prompt_tokens);
});

test('embeddings', async () => {
  const { data } = await client.embeddings.create({
    model: 'amazon.titan-embed-text-v2:0',
    input: ['Hello', 'World'],
  });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([1_024, 1_024]);
});

test('the stream helper refuses calls that are not numbered from 0, and chunks show nothing', async () => {
  const other = new OpenAI({
    baseURL: `${bedrock.url}/openai/v1`,
    apiKey: 'any',
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      const renumbered = (await response.text()).replaceAll(
        '"tool_calls":[{"index":0',
        '"tool_calls":[{"index":1',
      );
      return new Response(renumbered, response);
    },
  });
  const request = {
    model: qwen,
    messages: [user(weather.question)],
    tools: [{ type: 'function' as const, function: { name, description, parameters } }],
  };
  const helper = other.chat.completions.stream(request);
  await expect(helper.finalChatCompletion()).rejects.toThrow("reading 'id'");
  const chunks = await other.chat.completions.create({ ...request, stream: true });
  const all = await Array.fromAsync(chunks);
  expect(all.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
});
