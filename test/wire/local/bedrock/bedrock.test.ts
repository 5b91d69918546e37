import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamCommandInput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBedrock } from '#local/bedrock/bedrock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { listen } from '#local/process/listen.ts';

const haiku = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };

let gateway: Gateway;
let endpoint: string;

beforeAll(async () => {
  const { engine } = createBedrock({
    pace: { ttftMs: 20, tokensPerSecond: 4_000, jitter: 0 },
    identity: { mode: 'lenient', credentials: [], apiKeys: [] },
  });
  gateway = createGateway(() => engine);
  endpoint = `http://127.0.0.1:${await listen(gateway.server, { port: 0, option: '--port' })}`;
});

afterAll(() => gateway.close());

const http1 = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    requestHandler: new NodeHttpHandler(),
  });

const http2 = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({ endpoint, region: 'us-east-1', credentials });

function ask(
  text: string,
  change: Partial<ConverseStreamCommandInput> = {},
): ConverseStreamCommandInput {
  return { modelId: haiku, messages: [{ role: 'user', content: [{ text }] }], ...change };
}

async function eventsOf(
  client: BedrockRuntimeClient,
  input: ConverseStreamCommandInput,
): Promise<readonly ConverseStreamOutput[]> {
  const { stream } = await client.send(new ConverseStreamCommand(input));
  return Array.fromAsync(stream ?? []);
}

const textOf = (events: readonly ConverseStreamOutput[]): string =>
  events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('');

describe.each([
  ['HTTP/2, the default of the SDK', http2],
  ['HTTP/1.1', http1],
])('over %s', (_, create) => {
  test('the events of a stream come in the order of Bedrock', async () => {
    const events = await eventsOf(create(), ask('Hello'));
    const kinds = events.map((event) => Object.keys(event)[0]);
    const deltas = kinds.filter((kind) => kind === 'contentBlockDelta');
    expect(deltas.length).toBeGreaterThan(5);
    expect(kinds).toEqual([
      'messageStart',
      ...deltas,
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
  });

  test('total tokens are the sum of input and output, and latency includes the first token', async () => {
    const { metadata } = (await eventsOf(create(), ask('Hello'))).at(-1) ?? {};
    const { inputTokens = 0, outputTokens = 0, totalTokens } = metadata?.usage ?? {};
    expect(totalTokens).toBe(inputTokens + outputTokens);
    expect(metadata?.metrics?.latencyMs).toBeGreaterThanOrEqual(20);
  });

  test('an unknown model is refused before the stream starts', async () => {
    const response = eventsOf(create(), ask('Hello', { modelId: 'no.such-model' }));
    await expect(response).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The provided model identifier is invalid.',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

test('the SDK needs only AWS_ENDPOINT_URL_BEDROCK_RUNTIME', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  const events = await eventsOf(new BedrockRuntimeClient({ region: 'us-east-1' }), ask('Hello'));
  expect(textOf(events)).toContain('Simulated answer');
  vi.unstubAllEnvs();
});

test('the same question gets the same answer, streamed or not', async () => {
  const streamed = textOf(await eventsOf(http1(), ask('Tell me about rivers')));
  const again = textOf(await eventsOf(http2(), ask('Tell me about rivers')));
  const { output, usage } = await http1().send(new ConverseCommand(ask('Tell me about rivers')));
  expect(again).toBe(streamed);
  expect(output?.message?.content).toEqual([{ text: streamed }]);
  expect(usage?.outputTokens).toBeGreaterThan(100);
});

test('an answer states that it is simulated', async () => {
  expect(textOf(await eventsOf(http1(), ask('Hello')))).toContain('Simulated answer');
  expect(textOf(await eventsOf(http1(), ask('こんにちは')))).toContain('シミュレーション');
});

test('an answer uses the earlier messages', async () => {
  const messages: ConverseStreamCommandInput['messages'] = [
    { role: 'user', content: [{ text: 'Hello, my name is Ada.' }] },
    { role: 'assistant', content: [{ text: 'Hello, Ada!' }] },
    { role: 'user', content: [{ text: 'What is my name?' }] },
  ];
  expect(textOf(await eventsOf(http1(), { modelId: haiku, messages }))).toContain('**Ada**');
});

test('an answer ends at maxTokens with the stop reason max_tokens', async () => {
  const input = ask('Tell me about rivers', { inferenceConfig: { maxTokens: 7 } });
  const events = await eventsOf(http1(), input);
  expect(events.at(-2)?.messageStop?.stopReason).toBe('max_tokens');
  expect(events.at(-1)?.metadata?.usage?.outputTokens).toBe(7);
});

test('an answer ends before a stop sequence with the stop reason stop_sequence', async () => {
  const input = ask('Tell me about rivers', { inferenceConfig: { stopSequences: ['### '] } });
  const events = await eventsOf(http1(), input);
  expect(textOf(events)).not.toContain('###');
  expect(events.at(-2)?.messageStop?.stopReason).toBe('stop_sequence');
});

test('a request for more words than maxTokens allows ends at maxTokens', async () => {
  const input = ask('Write 300000000 words', { inferenceConfig: { maxTokens: 50 } });
  const events = await eventsOf(http1(), input);
  expect(events.at(-2)?.messageStop?.stopReason).toBe('max_tokens');
});

test('an answer has about the requested number of words', async () => {
  const words = textOf(await eventsOf(http1(), ask('Write 400 words about rivers'))).split(/\s+/u);
  expect(words.length).toBeGreaterThan(320);
  expect(words.length).toBeLessThan(520);
});

const user = (text: string): NonNullable<ConverseStreamCommandInput['messages']>[number] => ({
  role: 'user',
  content: [{ text }],
});

test.each<[string, Partial<ConverseStreamCommandInput>, string]>([
  ['blank text', { messages: [user(' ')] }, 'messages.0.content.0 is blank'],
  ['no messages', { messages: [] }, 'A conversation must start with a user message'],
  ['two user messages in a row', { messages: [user('a'), user('b')] }, 'must alternate'],
  ['no content', { messages: [{ role: 'user', content: [] }] }, 'messages.0 is empty'],
  [
    'too many tokens',
    { inferenceConfig: { maxTokens: 1_000_000 } },
    'exceeds the model limit of 64000',
  ],
  ['an empty stop sequence', { inferenceConfig: { stopSequences: [''] } }, 'length greater than'],
  ['a temperature of 2', { inferenceConfig: { temperature: 2 } }, 'less than or equal to 1'],
  ['a model ID without its inference profile', { modelId: haiku.slice(3) }, 'on-demand throughput'],
  ['a blank system prompt', { system: [{ text: '' }] }, 'system.0 is blank'],
])('%s fails with the ValidationException of Bedrock', async (_, change, message) => {
  const response = eventsOf(http1(), ask('Hello', change));
  await expect(response).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(response).rejects.toThrow(message);
});

test('a retired model returns ResourceNotFoundException', async () => {
  const response = eventsOf(
    http1(),
    ask('Hello', { modelId: 'anthropic.claude-3-haiku-20240307-v1:0' }),
  );
  await expect(response).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('an inference profile can be named by its ARN', async () => {
  const modelId = `arn:aws:bedrock:us-east-1:000000000000:inference-profile/${haiku}`;
  expect((await eventsOf(http1(), ask('Hello', { modelId }))).length).toBeGreaterThan(5);
});

test('frames have the sorted keys, padding and header order of Bedrock', async () => {
  const response = await fetch(`${endpoint}/model/amazon.nova-lite-v1:0/converse-stream`, {
    method: 'POST',
    headers: { authorization: 'Bearer key' },
    body: JSON.stringify({ messages: [user('Hello')] }),
  });
  expect(response.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/u);
  const bytes = Buffer.from(await response.arrayBuffer());
  const first = bytes.subarray(0, bytes.readUInt32BE(0));
  const payload = first.subarray(12 + first.readUInt32BE(4), -4).toString('utf8');
  expect(payload).toMatch(
    /^\{"p":"abc*[a-zA-Z0-9]*","role":"assistant"\}$|^\{"p":"ab","role":"assistant"\}$/u,
  );
  const headers = first.subarray(12, 12 + first.readUInt32BE(4)).toString('latin1');
  expect(headers.match(/:[a-z-]+type/gu)).toEqual([
    ':event-type',
    ':content-type',
    ':message-type',
  ]);
});

test('a request without credentials is refused with 403', async () => {
  const response = await fetch(`${endpoint}/model/${haiku}/converse`, {
    method: 'POST',
    body: '{}',
  });
  expect(response.status).toBe(403);
});

test('a body that is not JSON is refused with 400', async () => {
  const response = await fetch(`${endpoint}/model/${haiku}/converse`, {
    method: 'POST',
    headers: { authorization: 'Bearer key' },
    body: '{broken',
  });
  expect(response.status).toBe(400);
  expect(response.headers.get('x-amzn-errortype')).toContain('SerializationException');
});
