import {
  type ConverseStreamOutput,
  type Message,
  type ToolConfiguration,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  novaLite,
  startBedrock,
  textOf,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const weather: ToolConfiguration = {
  tools: [
    {
      toolSpec: {
        name: 'get_weather',
        description: 'Returns the weather of a city',
        inputSchema: {
          json: {
            type: 'object',
            properties: {
              city: { type: 'string' },
              days: { type: 'integer', minimum: 1 },
              unit: { enum: ['celsius', 'fahrenheit'] },
            },
            required: ['city', 'days', 'unit'],
          },
        },
      },
    },
    {
      toolSpec: {
        name: 'send_email',
        description: 'Sends an email',
        inputSchema: {
          json: {
            type: 'object',
            properties: { to: { type: 'string', format: 'email' } },
            required: ['to'],
          },
        },
      },
    },
  ],
};

const fragmentsOf = (events: readonly ConverseStreamOutput[]): readonly string[] =>
  events.flatMap(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? []);

describe('tools', () => {
  test('the tool that fits the question is called with input from the question', async () => {
    const messages = [user('What is the weather in Paris for 3 days, in celsius?')];
    const { output, stopReason } = await bedrock.ask({ messages, toolConfig: weather });
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content?.at(-1)?.toolUse).toMatchObject({
      name: 'get_weather',
      toolUseId: expect.stringMatching(/^tooluse_[a-zA-Z0-9]{22}$/u),
      input: { city: 'Paris', days: 3, unit: 'celsius' },
    });
  });

  test('a question that fits no tool gets a text answer', async () => {
    const { stopReason } = await bedrock.ask({
      messages: [user('Tell me about rivers')],
      toolConfig: weather,
    });
    expect(stopReason).toBe('end_turn');
  });

  test.each([
    ['a required tool', { tool: { name: 'send_email' } }, 'send_email'],
    ['with toolChoice any, a tool', { any: {} }, 'get_weather'],
  ])('%s is called for any question', async (_, toolChoice, name) => {
    const { output, stopReason } = await bedrock.ask({
      toolConfig: { ...weather, toolChoice },
    });
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content).toEqual([{ toolUse: expect.objectContaining({ name }) }]);
  });

  test('Claude streams tool input in fragments after an empty one, Nova in one delta', async () => {
    const input = { messages: [user('The weather in Kyoto?')], toolConfig: weather };
    const claude = fragmentsOf(await bedrock.stream(input));
    const nova = fragmentsOf(await bedrock.stream({ ...input, modelId: novaLite }));
    expect(claude.length).toBeGreaterThan(2);
    expect(claude[0]).toBe('');
    expect(nova).toHaveLength(1);
    expect(JSON.parse(claude.join(''))).toEqual(JSON.parse(nova.join('')));
  });

  test('a tool with a recursive schema is called with a finite input', async () => {
    const node = { type: 'object', properties: { left: { $ref: '#/$defs/node' } } };
    const json = { ...node, $defs: { node } };
    const tools = [{ toolSpec: { name: 'tree', inputSchema: { json } } }];
    const { stopReason } = await bedrock.ask({ toolConfig: { tools, toolChoice: { any: {} } } });
    expect(stopReason).toBe('tool_use');
  });

  test('the answer uses the tool result and does not call the tool again', async () => {
    const question = user('The weather in Kyoto?');
    const { output } = await bedrock.ask({ messages: [question], toolConfig: weather });
    const toolUseId = output?.message?.content?.at(-1)?.toolUse?.toolUseId ?? '';
    const result: Message = {
      role: 'user',
      content: [{ toolResult: { toolUseId, content: [{ json: { sky: 'clear', degrees: 21 } }] } }],
    };
    const answer = await bedrock.ask({
      messages: [question, output?.message ?? {}, result] as Message[],
      toolConfig: weather,
    });
    expect(answer.stopReason).toBe('end_turn');
    expect(textOf(answer)).toContain('{"sky":"clear","degrees":21}');
  });
});

test.each([
  [
    'a tool result without a tool use',
    [
      user('a'),
      { role: 'assistant', content: [{ text: 'b' }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'x', content: [{ text: 'c' }] } }] },
    ],
    'exceeds the number of toolUse blocks',
  ],
  [
    'a tool use without its result',
    [
      user('a'),
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'x', name: 'get_weather', input: {} } }],
      },
      user('c'),
    ],
    'Expected toolResult blocks at messages.2.content for the following Ids: x',
  ],
] as readonly (readonly [string, Message[], string])[])(
  '%s is refused',
  async (_, messages, message) => {
    await expect(bedrock.ask({ messages, toolConfig: weather })).rejects.toThrow(message);
  },
);

test('tools are refused for models without tool use and for Llama in streaming mode', async () => {
  await expect(
    bedrock.ask({ modelId: 'us.deepseek.r1-v1:0', toolConfig: weather }),
  ).rejects.toThrow("doesn't support tool use");
  const llama = { modelId: 'us.meta.llama3-3-70b-instruct-v1:0', toolConfig: weather };
  await expect(bedrock.stream(llama)).rejects.toThrow('tool use in streaming mode');
});
