import { mkdtemp, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConverseStreamCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUpstream } from '#local/bedrock/upstream/chat-upstream.ts';
import { readModelMap } from '#local/bedrock/upstream/model-map.ts';
import {
  haiku,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import {
  delta,
  sayChunks,
  startChatUpstream,
  type ChatUpstream,
} from '#test/fixtures/chat-upstream.ts';

const tools = [
  { toolSpec: { name: 'look', description: 'Looks', inputSchema: { json: { type: 'object' } } } },
];

const callOf = (index: number, id: string, json: string): object => ({
  index,
  id,
  function: { name: 'look', arguments: json },
});

const command = new ConverseStreamCommand({ modelId: haiku, messages: [user('Hi')] });

describe('an upstream model behind Bedrock', () => {
  let upstream: ChatUpstream;
  let bedrock: RunningBedrock;

  beforeAll(async () => {
    upstream = await startChatUpstream();
    const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
    const file = join(folder, 'models.yaml');
    await writeFile(file, '"*.anthropic.*": big-model\n"amazon.*": small-model\n');
    const modelMap = await readModelMap(file);
    const source = createUpstream({ url: upstream.url, apiKey: 'k', modelMap });
    bedrock = await startBedrock({ source });
  });

  const ask = (change: Partial<ConverseCommandInput> = {}): Promise<ConverseCommandOutput> =>
    bedrock.ask({ messages: [user('Hi')], ...change });

  afterAll(async () => {
    await bedrock.close();
    await upstream.close();
  });

  test('reasoning, text and usage are converted to the format of Bedrock', async () => {
    upstream.behave((response) =>
      sayChunks(response, [
        delta({ role: 'assistant', reasoning_content: 'Let me ' }),
        delta({ reasoning_content: 'think.' }),
        delta({ content: 'Hel' }),
        delta({ content: 'lo' }, 'stop'),
        { choices: [], usage: { prompt_tokens: 9, completion_tokens: 4 } },
      ]),
    );
    const { output, stopReason, usage } = await ask({
      system: [{ text: 'Be kind.' }],
      inferenceConfig: { temperature: 0.5 },
    });
    expect(output?.message?.content).toEqual([
      {
        reasoningContent: {
          reasoningText: { text: 'Let me think.', signature: expect.any(String) },
        },
      },
      { text: 'Hello' },
    ]);
    expect([stopReason, usage?.inputTokens, usage?.outputTokens]).toEqual(['end_turn', 9, 4]);
    expect(upstream.bodies.at(-1)).toMatchObject({
      model: 'big-model',
      stream: true,
      temperature: 0.5,
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
    });
  });

  test('settings that the request omits are not sent, and the upstream need not stream', async () => {
    upstream.behave((response) => {
      const message = { role: 'assistant', content: 'Whole.' };
      const body = { choices: [{ message, finish_reason: 'stop' }], usage: { prompt_tokens: 3 } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    const { output } = await ask({ modelId: 'qwen.qwen3-32b-v1:0' });
    expect(output?.message?.content).toEqual([{ text: 'Whole.' }]);
    const sent = upstream.bodies.at(-1);
    expect(sent?.model).toBe('local-model');
    expect(sent).not.toHaveProperty('max_tokens');
    expect(sent).not.toHaveProperty('temperature');
  });

  test('tool calls are separated by ID and the stop reason is tool_use', async () => {
    upstream.behave((response) =>
      sayChunks(response, [
        delta({ tool_calls: [callOf(0, 'a', '{"x":1}')] }),
        delta({ tool_calls: [callOf(0, 'b', '{"x":2}')] }, 'stop'),
      ]),
    );
    const { output, stopReason } = await ask({ toolConfig: { tools } });
    expect(stopReason).toBe('tool_use');
    expect(output?.message?.content?.map(({ toolUse }) => toolUse?.input)).toEqual([
      { x: 1 },
      { x: 2 },
    ]);
  });

  test('the first matching pattern of the model map selects the upstream model', async () => {
    upstream.behave((response) => sayChunks(response, [delta({ content: 'a' }, 'length')]));
    const { stopReason } = await ask({ modelId: novaLite });
    expect(stopReason).toBe('max_tokens');
    expect(upstream.bodies.at(-1)?.model).toBe('small-model');
  });

  test('tool calls, tool results and images are converted in both directions', async () => {
    upstream.behave((response) =>
      sayChunks(response, [
        delta({ tool_calls: [callOf(0, 'call_1', '')] }),
        delta({ tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] }),
        delta({ tool_calls: [{ index: 0, function: { arguments: '"sky"}' } }] }),
        delta({ tool_calls: [callOf(1, 'call_2', '{}')] }),
        delta({}, 'tool_calls'),
      ]),
    );
    const first = await ask({ toolConfig: { tools, toolChoice: { any: {} } } });
    expect(first.stopReason).toBe('tool_use');
    expect(first.output?.message?.content).toEqual([
      { toolUse: { toolUseId: 'call_1', name: 'look', input: { at: 'sky' } } },
      { toolUse: { toolUseId: 'call_2', name: 'look', input: {} } },
    ]);
    expect(upstream.bodies.at(-1)).toMatchObject({
      tool_choice: 'required',
      tools: [{ function: { name: 'look' } }],
    });
    upstream.behave((response) => sayChunks(response, [delta({ content: 'Blue.' }, 'stop')]));
    const bytes = Buffer.from('R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');
    await ask({
      toolConfig: { tools },
      messages: [
        {
          role: 'user',
          content: [{ image: { format: 'gif', source: { bytes } } }, { text: 'Look' }],
        },
        first.output?.message ?? user(''),
        {
          role: 'user',
          content: ['call_1', 'call_2'].map((toolUseId) => ({
            toolResult: { toolUseId, content: [{ text: 'blue' }] },
          })),
        },
      ],
    });
    expect(upstream.bodies.at(-1)?.messages).toMatchObject([
      {
        role: 'user',
        content: [
          {
            type: 'image_url',
            image_url: { url: expect.stringMatching(/^data:image\/gif;base64,R0lG/u) },
          },
          { type: 'text', text: 'Look' },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_1', function: { name: 'look', arguments: '{"at":"sky"}' } },
          { id: 'call_2' },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'blue' },
      { role: 'tool', tool_call_id: 'call_2', content: 'blue' },
    ]);
  });

  test.each<[string, (response: ServerResponse) => void, string]>([
    ['returns 500', (response) => response.writeHead(500).end('boom'), 'ModelErrorException'],
    ['returns 429', (response) => response.writeHead(429).end(), 'ThrottlingException'],
    ['closes the connection', (response) => response.destroy(), 'ModelErrorException'],
  ])(
    'an upstream that %s causes an error before the stream and no simulated answer',
    async (_, behave, name) => {
      upstream.behave(behave);
      await expect(ask()).rejects.toMatchObject({ name });
      await expect(bedrock.http2().send(command)).rejects.toMatchObject({ name });
    },
  );

  test.each<[string, (response: ServerResponse) => void]>([
    [
      'ends without a finish reason',
      (response) => sayChunks(response, [delta({ content: 'Hel' })], false),
    ],
    [
      'sends an invalid chunk',
      (response) =>
        response.end('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: {broken\n\n'),
    ],
    [
      'sends an error',
      (response) =>
        sayChunks(response, [delta({ content: 'Hel' }), { error: { message: 'no memory' } }]),
    ],
  ])('an upstream that %s in mid-stream causes a ModelStreamErrorException', async (_, behave) => {
    upstream.behave(behave);
    const { stream } = await bedrock.http1().send(command);
    let text = '';
    const reading = (async () => {
      for await (const event of stream ?? []) text += event.contentBlockDelta?.delta?.text ?? '';
    })();
    await expect(reading).rejects.toMatchObject({ name: 'ModelStreamErrorException' });
    expect(text).toBe('Hel');
  });

  test('the upstream request is cancelled when the client disconnects', async () => {
    const closed = Promise.withResolvers<void>();
    upstream.behave((response) => {
      response.writeHead(200).write(`data: ${JSON.stringify(delta({ content: 'Hel' }))}\n\n`);
      response.once('close', () => closed.resolve());
    });
    const controller = new AbortController();
    const { stream } = await bedrock.http1().send(command, { abortSignal: controller.signal });
    await stream?.[Symbol.asyncIterator]().next();
    controller.abort();
    await closed.promise;
    await expect.poll(() => bedrock.journal.entries().at(-1)?.outcome).toBe('client_cancelled');
  });
});
