import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUpstream } from '#local/bedrock/upstream/chat-upstream.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import {
  delta,
  sayChunks,
  startChatUpstream,
  type ChatUpstream,
} from '#test/fixtures/chat-upstream.ts';

/** JSON in which each number would change if it were read as a double. */
const input =
  '{"order":12345678901234567890,"parts":[-9223372036854775808,0.12345678901234567891]}';

const schema = {
  type: 'object',
  properties: { order: { type: 'integer' } },
  required: ['order'],
};

/** The same request on each route, with the name of what carries the input in the answer. */
const routes: readonly (readonly [string, string, (question: string) => object])[] = [
  [
    'Converse',
    `/model/${haiku}/converse`,
    (question) => ({
      messages: [{ role: 'user', content: [{ text: question }] }],
      toolConfig: { tools: [{ toolSpec: { name: 'track', inputSchema: { json: schema } } }] },
    }),
  ],
  [
    'InvokeModel of Claude',
    `/model/${haiku}/invoke`,
    (question) => ({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 500,
      messages: [{ role: 'user', content: question }],
      tools: [{ name: 'track', input_schema: schema }],
    }),
  ],
  [
    'InvokeModel of Nova',
    `/model/${novaLite}/invoke`,
    (question) => ({
      messages: [{ role: 'user', content: [{ text: question }] }],
      toolConfig: { tools: [{ toolSpec: { name: 'track', inputSchema: { json: schema } } }] },
    }),
  ],
  [
    "Anthropic's Messages",
    '/anthropic/v1/messages',
    (question) => ({
      model: haiku,
      max_tokens: 500,
      messages: [{ role: 'user', content: question }],
      tools: [{ name: 'track', input_schema: schema }],
    }),
  ],
  [
    "OpenAI's chat completions",
    '/openai/v1/chat/completions',
    (question) => ({
      model: haiku,
      messages: [{ role: 'user', content: question }],
      tools: [{ type: 'function', function: { name: 'track', parameters: schema } }],
    }),
  ],
];

/** Without the backslashes of JSON within JSON. */
const plain = (body: string): string => body.replaceAll('\\', '');

describe('a number of a tool keeps its digits', () => {
  let bedrock: RunningBedrock;

  beforeAll(async () => {
    bedrock = await startBedrock({ allowsInlineScenarios: true });
  });

  afterAll(() => bedrock.close());

  test.each(routes)('from the question to the input: %s', async (_, path, toBody) => {
    const response = await bedrock.post(path, toBody('Use track for order 12345678901234567890'));
    expect(plain(await response.text())).toContain('{"order":12345678901234567890}');
  });

  test.each([
    ['as JSON', `{"stream":[{"tool":{"name":"track","args":${input}}}]}`],
    ['in YAML', `stream: [tool: {name: track, args: ${input}}]`],
  ])('from a scenario %s to the answer', async (_, scenario) => {
    const [, path, toBody] = routes[0] ?? [];
    const body = toBody?.('Track it.') ?? {};
    const headers = { 'x-streambed-scenario': scenario };
    const response = await bedrock.post(path ?? '', body, headers);
    expect(await response.text()).toContain(input);
    const streamed = await bedrock.post(`${path}-stream`, body, headers);
    expect(plain(await streamed.text())).toContain(input);
  });

  test('from the control API to the answer', async () => {
    const scenario = `{"stream":[{"tool":{"name":"track","args":${input}}}]}`;
    await bedrock.post('/_streambed/scenarios', `[${scenario}]`);
    const [, path = '', toBody] = routes[0] ?? [];
    const response = await bedrock.post(path, toBody?.('Track it.') ?? {});
    expect(await response.text()).toContain(input);
    await bedrock.post('/_streambed/reset', {});
  });
});

describe('an upstream model', () => {
  let bedrock: RunningBedrock;
  let upstream: ChatUpstream;

  beforeAll(async () => {
    upstream = await startChatUpstream();
    bedrock = await startBedrock({ source: createUpstream({ url: upstream.url }) });
  });

  afterAll(async () => {
    await bedrock.close();
    await upstream.close();
  });

  test.each([
    ['as text', JSON.stringify(input)],
    ['as an object', input],
  ])('gives its arguments %s with all digits', async (_, json) => {
    const call = `{"index":0,"id":"a","function":{"name":"track","arguments":${json}}}`;
    upstream.behave((response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(
          `data: {"choices":[{"delta":{"tool_calls":[${call}]},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n`,
        ),
    );
    for (const [, path, toBody] of routes) {
      const response = await bedrock.post(path, toBody('Track it.'));
      expect(plain(await response.text())).toContain(input);
    }
  });

  test('is sent the history with all digits', async () => {
    upstream.behave((response) => sayChunks(response, [delta({ content: 'Hi' }, 'stop')]));
    const history = `{"messages":[{"role":"user","content":[{"text":"Track it."}]},
      {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"track","input":${input}}}]},
      {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":${input}}]}}]}],
      "toolConfig":{"tools":[{"toolSpec":{"name":"track","inputSchema":{"json":{"type":"object"}}}}]}}`;
    const response = await bedrock.post(`/model/${haiku}/converse`, history);
    expect(response.status).toBe(200);
    const messages = JSON.stringify(upstream.bodies.at(-1)?.messages);
    expect(plain(messages).split(input)).toHaveLength(3);
  });
});
