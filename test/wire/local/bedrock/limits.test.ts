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

/** What a request could do to the process that answers it, or to the requests of others. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

const embedding = { texts: ['a'], input_type: 'search_query', output_dimension: 400_000_000 };
const nested = `{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

test.each([
  ['a vector without end', '/model/cohere.embed-v4:0/invoke', embedding],
  ['JSON that is nested without end', `/model/${novaLite}/converse`, nested],
  ['native JSON that is nested without end', `/model/${haiku}/invoke`, nested],
])('%s is refused', async (_, path, body) => {
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
    'a list of hundreds of millions',
    { type: 'object', properties: { a: { type: 'array', minItems: 300_000_000 } } },
  ],
  [
    'a string of a billion characters',
    { type: 'object', properties: { a: { type: 'string', minLength: 1e9 } } },
  ],
  ['a tree that branches into millions', { ...node, $defs: { node } }],
])('a tool that asks for %s gets less', async (_, json) => {
  const tools = [{ toolSpec: { name: 'take', inputSchema: { json } } }];
  const { stopReason, usage } = await bedrock.ask({
    toolConfig: { tools, toolChoice: { any: {} } },
  });
  expect(stopReason).toBe('tool_use');
  expect(usage?.outputTokens).toBeLessThan(50_000);
});

test('a page of another origin reaches nothing, at any door', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  const body = { messages: [user('Hi')] };
  expect((await bedrock.post(`/model/${novaLite}/converse`, body, headers)).status).toBe(403);
  expect((await bedrock.post('/_streambed/reset', {}, headers)).status).toBe(403);
});

test('who leaves gives back of a quota what was not said', async () => {
  const limited = await startBedrock({ quota: { tpm: 100_000 } });
  limited.on({ match: { text: 'slowly' }, stream: [{ text: 'a' }, { stall: '60s' }] });
  for (let readers = 0; readers < 3; readers += 1) {
    const leaving = new AbortController();
    const command = new ConverseStreamCommand({ modelId: haiku, messages: [user('slowly')] });
    const { stream } = await limited.http1().send(command, { abortSignal: leaving.signal });
    await stream?.[Symbol.asyncIterator]().next();
    leaving.abort();
    await expect.poll(() => limited.journal.entries().at(-1)?.outcome).toBe('client_cancelled');
    await expect.poll(() => limited.journal.entries().length).toBe(readers + 1);
  }
  await expect(limited.ask()).resolves.toBeDefined();
  await limited.close();
});

test('a scenario’s quota is for the requests that it matches, the account’s for all', async () => {
  const limited = await startBedrock();
  limited.on({ match: { text: 'premium' }, quota: { rpm: 1 } });
  await limited.ask({ messages: [user('plain')] });
  await limited.ask({ messages: [user('premium')] });
  await expect(limited.ask({ messages: [user('premium')] })).rejects.toThrow('Too many requests');
  await limited.ask({ messages: [user('plain')] });
  await limited.close();
});

test('operations that ask no model meet scenarios and quotas too', async () => {
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

test('models that are not in the catalogue can be named after one that is', async () => {
  const named = await startBedrock({ models: { 'my.model-v1:0': novaLite } });
  const command = new ConverseCommand({ modelId: 'my.model-v1:0', messages: [user('Hi')] });
  expect((await named.http1().send(command)).stopReason).toBe('end_turn');
  await named.close();
});

test('an answer that is gone on with is as long as it would have been, in pieces of any size', async () => {
  const question = user('Write 300 words about rivers');
  const whole = textOf(await bedrock.ask({ messages: [question] }));
  let begun = whole.slice(0, 190);
  for (;;) {
    const messages = [question, { role: 'assistant' as const, content: [{ text: begun }] }];
    const answer = await bedrock.ask({ messages, inferenceConfig: { maxTokens: 60 } });
    begun += textOf(answer);
    expect(whole.startsWith(begun)).toBe(true);
    if (answer.stopReason === 'end_turn') break;
  }
  expect(begun).toBe(whole);
});
