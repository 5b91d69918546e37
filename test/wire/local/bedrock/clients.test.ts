import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import Anthropic from '@anthropic-ai/sdk';
import { ChatBedrockConverse } from '@langchain/aws';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** Third-party clients, each with only its endpoint changed. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const question = 'What is the weather in Kyoto?';
const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
};
const name = 'get_weather';
const description = 'Returns the weather of a city';
const keys = { accessKeyId: 'any', secretAccessKey: 'any' };

test('the AI SDK streams text with usage and completes a tool call', async () => {
  const provider = createAmazonBedrock({ baseURL: bedrock.url, region: 'us-east-1', ...keys });
  const streamed = streamText({ model: provider(haiku), prompt: 'Hello' });
  expect(await streamed.text).toContain('Simulated answer');
  expect(await streamed.usage).toMatchObject({ inputTokens: 5, outputTokens: expect.any(Number) });
  const { steps, text } = await generateText({
    model: provider(haiku),
    prompt: question,
    stopWhen: stepCountIs(3),
    tools: {
      [name]: tool({
        description,
        inputSchema: jsonSchema<{ city: string }>(parameters),
        execute: ({ city }) => `sunny in ${city}`,
      }),
    },
  });
  expect(steps).toHaveLength(2);
  expect(text).toContain('sunny in Kyoto');
});

test('LangChain streams text with usage and calls a bound tool', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', bedrock.url);
  const model = new ChatBedrockConverse({
    model: haiku,
    region: 'us-east-1',
    credentials: keys,
  });
  const chunks = await Array.fromAsync(await model.stream('Hello'));
  expect(chunks.map(({ text }) => text).join('')).toContain('Simulated answer');
  const usage = chunks.map((chunk) => chunk.usage_metadata);
  expect(JSON.stringify(usage)).toContain('"input_tokens":5');
  const withTool = model.bindTools([
    { toolSpec: { name, description, inputSchema: { json: parameters } } },
  ]);
  const callMessage = await withTool.invoke(question);
  expect(callMessage.tool_calls?.[0]).toMatchObject({ name, args: { city: 'Kyoto' } });
  const result = new ToolMessage({
    content: 'sunny',
    tool_call_id: callMessage.tool_calls?.[0]?.id ?? '',
  });
  const answer = await withTool.invoke([new HumanMessage(question), callMessage, result]);
  expect(answer.text).toContain('sunny');
  vi.unstubAllEnvs();
});

test('the OpenAI SDK works with chat completions and responses, including tools', async () => {
  const client = new OpenAI({ baseURL: `${bedrock.url}/openai/v1`, apiKey: 'any' });
  const model = 'openai.gpt-oss-120b-1:0';
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: question }];
  const tools = [{ type: 'function' as const, function: { name, description, parameters } }];
  const { choices } = await client.chat.completions.create({ model, messages, tools });
  const [call] = choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ function: { name, arguments: '{"city":"Kyoto"}' } });
  const result = { role: 'tool' as const, tool_call_id: call?.id ?? '', content: 'sunny' };
  const next = [...messages, ...choices.map(({ message }) => message), result];
  const answer = await client.chat.completions.create({ model, messages: next, tools });
  expect(answer.choices[0]?.message.content).toContain('sunny');
  const response = await client.responses.stream({ model, input: 'Hello' }).finalResponse();
  expect(response.output_text).toContain('Simulated answer');
  const second = await client.responses.create({
    model,
    input: question,
    tools: [{ type: 'function', name, description, parameters, strict: false }],
  });
  expect(second.output.at(-1)).toMatchObject({
    type: 'function_call',
    name,
    arguments: '{"city":"Kyoto"}',
  });
});

const anthropicTools = [{ name, description, input_schema: parameters }];

test('the AI SDK gets an object that matches its schema', async () => {
  const provider = createAmazonBedrock({ baseURL: bedrock.url, region: 'us-east-1', ...keys });
  const { output } = await generateText({
    model: provider(haiku),
    prompt: 'John Smith is 42 years old.',
    output: Output.object({
      schema: jsonSchema<{ name: string; age: number }>({
        type: 'object',
        properties: { name: { type: 'string' }, age: { type: 'number' } },
        required: ['name', 'age'],
        additionalProperties: false,
      }),
    }),
  });
  expect(output).toEqual({ name: 'John Smith', age: 42 });
});

test('the OpenAI SDK gets JSON in JSON mode and can send reasoning items back', async () => {
  const client = new OpenAI({ baseURL: `${bedrock.url}/openai/v1`, apiKey: 'any' });
  const messages = [{ role: 'user' as const, content: 'Tea is brewed at 70 degrees.' }];
  const { choices } = await client.chat.completions.create({
    model: 'qwen.qwen3-32b-v1:0',
    messages,
    response_format: { type: 'json_object' },
  });
  expect(JSON.parse(choices[0]?.message.content ?? '')).toBeTypeOf('object');
  const model = 'openai.gpt-oss-20b-1:0';
  const tools = [{ type: 'function' as const, name, description, parameters, strict: false }];
  const first = await client.responses.create({ model, input: question, tools });
  const call = first.output.find((item) => item.type === 'function_call');
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: question }];
  for (const item of first.output) if (item.type !== 'message') input.push(item as never);
  input.push({ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny' });
  const second = await client.responses.create({ model, input, tools });
  expect(second.output_text).toContain('sunny');
});

test('the Anthropic SDK works with the Messages API, including thinking and tools', async () => {
  const client = new Anthropic({ baseURL: `${bedrock.url}/anthropic`, apiKey: 'any' });
  const settings = { model: 'anthropic.claude-opus-5', max_tokens: 4_000 };
  const message = await client.messages
    .stream({
      ...settings,
      thinking: { type: 'adaptive' },
      messages: [{ role: 'user', content: 'Hello' }],
    })
    .finalMessage();
  expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  expect(message.usage).toMatchObject({ input_tokens: 5 });
  const first = await client.messages.create({
    ...settings,
    tools: anthropicTools,
    messages: [{ role: 'user', content: question }],
  });
  expect(first.stop_reason).toBe('tool_use');
  const use = first.content.find((block) => block.type === 'tool_use');
  expect(use).toMatchObject({
    name,
    input: { city: 'Kyoto' },
    id: expect.stringMatching(/^toolu_/u),
  });
  const second = await client.messages.create({
    ...settings,
    tools: anthropicTools,
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: first.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: use?.id ?? '', content: 'sunny' }],
      },
    ],
  });
  expect(JSON.stringify(second.content)).toContain('sunny');
});

test('the Anthropic SDK for Bedrock streams through InvokeModelWithResponseStream', async () => {
  const client = new AnthropicBedrock({
    baseURL: bedrock.url,
    awsRegion: 'us-east-1',
    awsAccessKey: 'any',
    awsSecretKey: 'any',
  });
  const message = await client.messages
    .stream({
      model: haiku,
      max_tokens: 500,
      tools: anthropicTools,
      messages: [{ role: 'user', content: question }],
    })
    .finalMessage();
  expect(message.content.at(-1)).toMatchObject({ type: 'tool_use', input: { city: 'Kyoto' } });
});
