import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  haiku,
  novaLite,
  startBedrock,
  textOf,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

/** Requests that could exhaust the process or affect other requests. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const embedding = { texts: ['a'], input_type: 'search_query', output_dimension: 400_000_000 };
const nested = `{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

test.each([
  ['an embedding with too many dimensions', '/model/cohere.embed-v4:0/invoke', embedding],
  ['deeply nested JSON', `/model/${novaLite}/converse`, nested],
  ['deeply nested JSON for InvokeModel', `/model/${haiku}/invoke`, nested],
])('%s is refused with 400', async (_, path, body) => {
  expect((await bedrock.post(path, body)).status).toBe(400);
});

const node = {
  type: 'object',
  properties: Object.fromEntries(
    Array.from('abcdefghijklmnop', (name) => [name, { $ref: '#/$defs/node' }]),
  ),
};

test.each([
  [
    'a list of 300 million items',
    { type: 'object', properties: { a: { type: 'array', minItems: 300_000_000 } } },
  ],
  [
    'a string of a billion characters',
    { type: 'object', properties: { a: { type: 'string', minLength: 1e9 } } },
  ],
  ['a tree of millions of nodes', { ...node, $defs: { node } }],
])('a tool schema that requires %s gets a shorter input', async (_, json) => {
  const tools = [{ toolSpec: { name: 'take', inputSchema: { json } } }];
  const { stopReason, usage } = await bedrock.ask({
    toolConfig: { tools, toolChoice: { any: {} } },
  });
  expect(stopReason).toBe('tool_use');
  expect(usage?.outputTokens).toBeLessThan(50_000);
});

test('a request from another origin is refused with 403 on every route', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  const body = { messages: [user('Hi')] };
  expect((await bedrock.post(`/model/${novaLite}/converse`, body, headers)).status).toBe(403);
  expect((await bedrock.post('/_streambed/reset', {}, headers)).status).toBe(403);
});

test('a cancelled stream returns its unused tokens to the quota', async () => {
  const limited = await startBedrock({ quota: { tpm: 100_000 } });
  limited.on({ match: { text: 'slowly' }, stream: [{ text: 'a' }, { stall: '60s' }] });
  for (let readers = 0; readers < 3; readers += 1) {
    const controller = new AbortController();
    const command = new ConverseStreamCommand({ modelId: haiku, messages: [user('slowly')] });
    const { stream } = await limited.http1().send(command, { abortSignal: controller.signal });
    await stream?.[Symbol.asyncIterator]().next();
    controller.abort();
    await expect.poll(() => limited.journal.entries().at(-1)?.outcome).toBe('client_cancelled');
    await expect.poll(() => limited.journal.entries().length).toBe(readers + 1);
  }
  await expect(limited.ask()).resolves.toBeDefined();
  await limited.close();
});

test('the quota of a scenario applies only to the requests that it matches', async () => {
  const limited = await startBedrock();
  limited.on({ match: { text: 'premium' }, quota: { rpm: 1 } });
  await limited.ask({ messages: [user('plain')] });
  await limited.ask({ messages: [user('premium')] });
  await expect(limited.ask({ messages: [user('premium')] })).rejects.toThrow('Too many requests');
  await limited.ask({ messages: [user('plain')] });
  await limited.close();
});

test('scenarios and quotas also apply to embeddings and CountTokens', async () => {
  const limited = await startBedrock({ quota: { rpm: 1 } });
  const embed = (): Promise<Response> =>
    limited.post('/model/amazon.titan-embed-text-v2:0/invoke', { inputText: 'a' });
  expect([(await embed()).status, (await embed()).status]).toEqual([200, 429]);
  const off = limited.on({
    match: { operation: 'CountTokens' },
    fail: { type: 'ThrottlingException' },
  });
  const input = { converse: { messages: [user('a')] } };
  expect((await limited.post(`/model/${haiku}/count-tokens`, { input })).status).toBe(429);
  off();
  expect((await limited.post(`/model/${haiku}/count-tokens`, { input })).status).toBe(200);
  await limited.close();
});

test('a custom model ID can be an alias of a model in the catalogue', async () => {
  const named = await startBedrock({ models: { 'my.model-v1:0': novaLite } });
  const command = new ConverseCommand({ modelId: 'my.model-v1:0', messages: [user('Hi')] });
  expect((await named.http1().send(command)).stopReason).toBe('end_turn');
  await named.close();
});

test('an answer continued in several requests equals the answer of one request', async () => {
  const question = user('Write 300 words about rivers');
  const whole = textOf(await bedrock.ask({ messages: [question] }));
  let received = whole.slice(0, 190);
  for (;;) {
    const messages = [question, { role: 'assistant' as const, content: [{ text: received }] }];
    const answer = await bedrock.ask({ messages, inferenceConfig: { maxTokens: 60 } });
    received += textOf(answer);
    expect(whole.startsWith(received)).toBe(true);
    if (answer.stopReason === 'end_turn') break;
  }
  expect(received).toBe(whole);
});
