import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valueAt } from '#domain/json.ts';
import { cdkOutWith } from '#test/fixtures/changed-template.ts';
import { families, question } from '#test/fixtures/model-families.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;

const models = Object.values(families).map(({ modelId }) => modelId);

beforeAll(async () => {
  // The deployed allow-list is short. Here it has a model of every family.
  const template = await cdkOutWith('InvokeFunction', (properties) => {
    properties.Environment.Variables['MODELS'] = models.join(',');
  });
  system = await startSystem({ template, endedModels: true });
});
afterAll(() => system.close());

const invoke = (body: object, query = ''): Promise<Response> =>
  system.signed('InvokeFunction', query, post(body));

const native = (name: string): object => {
  const { modelId, body } = families[name] ?? { modelId: '', body: {} };
  return { bedrockParams: { modelId }, modelParams: body };
};

describe.each(Object.keys(families))('%s', (name) => {
  test('returns the same text streamed, collected and buffered', async () => {
    const streamed = await invoke(native(name));
    expect(streamed.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await streamed.text();
    expect(text).toContain('rivers');
    const collected = await (await invoke(native(name), '?mode=collected')).json();
    expect(collected).toEqual({ content: text });
    const whole: unknown = await (await invoke(native(name), '?mode=buffered')).json();
    expect(valueAt(whole, families[name]?.text.split('.') ?? [])).toBe(text);
  });

  test('answers a plain prompt', async () => {
    const answer = await invoke({ prompt: question, model: families[name]?.modelId });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('rivers');
  });
});

test('a prompt without a model is answered by the first one, streamed to curl', async () => {
  const { credentials, functions, region } = system.state;
  const { stdout } = await promisify(execFile)('curl', [
    '--silent',
    '--no-buffer',
    '--aws-sigv4',
    `aws:amz:${region}:lambda`,
    '--user',
    `${credentials.accessKeyId}:${credentials.secretAccessKey}`,
    '--header',
    'content-type: application/json',
    '--data',
    JSON.stringify({ prompt: question }),
    functions['InvokeFunction']?.url ?? '',
  ]);
  expect(stdout).toContain('rivers');
});

test('usage counts tokens, and the highest possible number for a broken answer', async () => {
  const tokens = async (): Promise<number> => {
    const answer = await system.signed('ConversationsFunction', 'usage');
    const { today } = (await answer.json()) as { today: { tokens: number } };
    return today.tokens;
  };
  const before = await tokens();
  await (await invoke(native('Amazon Nova'))).text();
  // A call is settled beside its response.
  await expect.poll(async () => (await tokens()) - before).toBeLessThan(900);
  const after = await tokens();
  expect(after - before).toBeGreaterThan(100);
  await setScenario(system, { stream: [{ text: 'Hello there' }, { cut: 'rst' }] });
  const answer = await invoke(native('Amazon Nova'));
  await expect(answer.text()).rejects.toThrow('terminated');
  expect((await tokens()) - after).toBeGreaterThanOrEqual(1_000);
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const refused = await invoke(native('Amazon Nova'));
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'throttled' });
  await setScenario(system, {});
});

test('a repeated request follows the first one while it runs, and is not another call', async () => {
  await setScenario(system, { stream: [{ text: 'Hello there' }, { stall: '3s' }, { text: '!' }] });
  const before = await countPaidCalls(system);
  const headers = { 'idempotency-key': 'invoke-follow' };
  const read = (): Promise<Response> =>
    system.signed('InvokeFunction', '', post(native('Amazon Nova'), { headers }));
  const [first, second] = [await read(), await read()];
  const reader = second.body?.getReader();
  const beginning = await reader?.read();
  // The first answer has not ended.
  expect(await countPaidCalls(system)).toBe(before);
  expect(new TextDecoder().decode(beginning?.value)).toBe('Hello there');
  const text = await first.text();
  const rest = await reader?.read();
  expect(new TextDecoder().decode(rest?.value)).toBe(text.slice('Hello there'.length));
  expect(await countPaidCalls(system)).toBe(before + 1);
  await setScenario(system, {});
});

test('a key belongs to one body, and to the streamed or the buffered answer to it', async () => {
  const headers = { 'idempotency-key': 'invoke-modes' };
  const read = (mode: string, body = native('Amazon Nova')): Promise<Response> =>
    system.signed('InvokeFunction', `?mode=${mode}`, post(body, { headers }));
  const text = await (await read('streamed')).text();
  expect(await (await read('collected')).json()).toEqual({ content: text });
  for (const other of [await read('buffered'), await read('streamed', native('Qwen'))]) {
    expect([other.status, await other.json()]).toMatchObject([
      422,
      { code: 'idempotency_mismatch' },
    ]);
  }
});

test('a request that was throttled is repeated with its key', async () => {
  const headers = { 'idempotency-key': 'invoke-throttled' };
  const read = (): Promise<Response> =>
    system.signed('InvokeFunction', '', post(native('Amazon Nova'), { headers }));
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  expect((await read()).status).toBe(429);
  await setScenario(system, {});
  expect(await (await read()).text()).toContain('rivers');
});

test.each([
  [{}, '', 'prompt: is required, or bedrockParams and modelParams'],
  [{ prompt: ' ' }, '', 'prompt: must not be blank'],
  [{ prompt: 'Hi', model: 'acme.model' }, '', 'model: must be one of'],
  [{ bedrockParams: {}, modelParams: {} }, '', 'bedrockParams.modelId: is required'],
  [{ bedrockParams: { modelId: 'x' }, modelParams: { a: 1 } }, '', 'modelId: must be one of'],
  [{ bedrockParams: { modelId: models[0] } }, '', 'modelParams: is required'],
  [
    { bedrockParams: { modelId: models[0] }, modelParams: {} },
    '',
    'modelParams: must not be empty',
  ],
  [
    { bedrockParams: { modelId: models[0], accept: 'text/html' }, modelParams: { a: 1 } },
    '',
    'bedrockParams.accept: must be',
  ],
  [{ prompt: 'Hi' }, '?mode=fast', 'mode: must be one of buffered, collected, streamed'],
])('%j%s is rejected: %s', async (body, query, detail) => {
  const answer = await invoke(body, query);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) });
});

test('a body that the model rejects is a 400, and an unsigned call is a 403', async () => {
  const wrong = { ...native('Amazon Nova'), modelParams: { nonsense: true } };
  const answer = await invoke(wrong);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
  const unsigned = await fetch(system.state.functions['InvokeFunction']?.url ?? '', post({}));
  expect(unsigned.status).toBe(403);
  expect((await system.signed('InvokeFunction', 'unknown-path', post({}))).status).toBe(404);
});
