import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls, readTurns, setScenario } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

type Json = Record<string, unknown>;

async function ask(body: object, path = '/chat'): Promise<Json> {
  const answer = await system.api(path, post(body));
  return (await answer.json()) as Json;
}

const today = async (): Promise<Json> => {
  const page = (await (await system.api('/usage')).json()) as { today: Json };
  return page.today;
};

test('every turn has its cost, and usage has their sum', async () => {
  const before = await today();
  const first = await ask({ message: 'Hello there' });
  const second = await ask({ message: 'And again', conversation_id: first['conversation_id'] });
  expect(first['cost_usd']).toBeGreaterThan(0);
  const page = await system.api(`/conversations/${String(first['conversation_id'])}`);
  expect(await page.json()).toMatchObject({
    turns: [{ cost_usd: first['cost_usd'] }, { cost_usd: second['cost_usd'] }],
  });
  const after = await today();
  const costs = Number(first['cost_usd']) + Number(second['cost_usd']);
  expect(Number(after['cost_usd']) - Number(before['cost_usd'])).toBeCloseTo(costs, 9);
  expect(Number(after['turns']) - Number(before['turns'])).toBe(2);
});

test('usage returns the limits and the spending of the calling owner only', async () => {
  const whole: unknown = await (await system.signed('ConversationsFunction', 'usage')).json();
  expect(whole).toEqual({
    today: { date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/u), turns: 0, tokens: 0, cost_usd: 0 },
    limits: { requests_per_minute: 600, tokens_per_day: 5_000_000, usd_per_day: 25 },
    earlier: [],
  });
  const unsigned = await fetch(`${system.state.functions['ConversationsFunction']?.url}usage`);
  expect(unsigned.status).toBe(403);
});

test('a request for the model auto returns the picked model and the reason', async () => {
  expect(await ask({ prompt: 'Hi there', model: 'auto' })).toMatchObject({
    model: 'amazon.nova-lite-v1:0',
    model_reason: 'simple_question',
  });
  expect(await ask({ prompt: 'Compare tea with coffee', model: 'auto' })).toMatchObject({
    model: expect.stringContaining('haiku'),
    model_reason: 'asks_for_thought',
  });
  const stream = await system.api('/chat/stream', post({ prompt: 'Hi there', model: 'auto' }));
  expect(await stream.text()).toContain('"model_reason":"simple_question"');
});

test('a cached prompt costs its owner once, and is not shared with other owners', async () => {
  const body = { prompt: 'What is a cache?', cache: { ttl_seconds: 60 } };
  const first = await ask(body);
  const paid = await today();
  const again = await ask(body);
  expect(again).toMatchObject({ cached: true, cost_usd: 0, response: first['response'] });
  expect(await today()).toEqual(paid);
  const stream = await system.api('/chat/stream', post(body));
  expect(await stream.text()).toContain('"cached":true');
  for (const change of [
    { system: 'Be brief' },
    { model: 'amazon.nova-lite-v1:0' },
    { inference: { temperature: 0.5 } },
    { prompt: 'What is a cash?' },
  ]) {
    expect(await ask({ ...body, ...change })).not.toHaveProperty('cached');
  }
  const other = await system.signed('ChatFunction', 'chat', post({ ...body, format: 'json' }));
  expect(await other.json()).not.toHaveProperty('cached');
});

test('concurrent cached prompts make one model call', async () => {
  const before = await today();
  const body = { prompt: 'What is a race?', cache: true };
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(body)));
  expect(new Set(answers.map(({ turn_id }) => turn_id)).size).toBe(1);
  expect(answers.filter(({ cached }) => cached === true)).toHaveLength(9);
  const after = await today();
  expect(Number(after['turns']) - Number(before['turns'])).toBe(1);
});

test.each([
  [{ prompt: 'Hi', cache: { ttl_seconds: 0 } }, 'cache'],
  [{ prompt: 'Hi', cache: 'yes' }, 'cache'],
  [{ message: 'Hi', cache: true }, 'cache'],
  [{ prompt: 'Hi', model: 'automatic' }, 'model: must be one of'],
])('%j is rejected with a precise error', async (body, message) => {
  expect(await ask(body)).toMatchObject({
    code: 'invalid_request',
    detail: expect.stringContaining(message),
  });
});

test('later turns of a long conversation read the prompt cache and cost less', async () => {
  const text = 'Remember this rule of our house, please. '.repeat(450);
  const opened = await ask({ message: text });
  const { conversation_id } = opened;
  const turns = [];
  for (const message of ['First question', 'Second question', 'Third question']) {
    turns.push(await ask({ message, conversation_id }));
  }
  const [written, read, readAgain] = turns.map(({ usage }) => usage as Record<string, number>);
  expect(written?.['cache_write_input_tokens']).toBeGreaterThan(4_096);
  expect(read?.['cache_read_input_tokens']).toBeGreaterThan(4_096);
  expect(readAgain?.['cache_read_input_tokens']).toBeGreaterThan(4_096);
  expect(Number(turns[2]?.['cost_usd'])).toBeLessThan(Number(turns[0]?.['cost_usd']));
});

test.each(['malformed_model_output', 'malformed_tool_use'])(
  'an answer that ends with %s is said to, in every format and later, and is not asked for again',
  async (stop) => {
    await setScenario(system, { stream: [{ text: 'Hello there' }], stop });
    const before = await countPaidCalls(system);
    const whole = await ask({ prompt: 'Hi' });
    expect(whole).toMatchObject({ response: 'Hello there', stop_reason: stop });
    expect(whole['cost_usd']).toBeGreaterThan(0);
    expect(await countPaidCalls(system)).toBe(before + 1);
    const data = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'data' }));
    expect(await data.text()).toContain(`event: stop\ndata: {"stop_reason":"${stop}"}`);
    const stream = await system.api('/chat/stream', post({ message: 'Hi' }));
    const parts = await stream.text();
    expect(parts).toContain('"finishReason":"error"');
    expect(parts).toContain(`"stop_reason":"${stop}"`);
    const id = stream.headers.get('x-streambed-conversation-id') ?? '';
    expect(await readTurns(system, id)).toMatchObject([{ stop_reason: stop, state: 'complete' }]);
    await setScenario(system, {});
  },
);

test('the LangChain function pays for cached input as cached, to the billionth of a dollar', async () => {
  const spent = async (): Promise<number> => {
    const page = await (await system.signed('ConversationsFunction', 'usage')).json();
    return Number((page as { today: Json }).today['cost_usd']);
  };
  const before = await spent();
  const usage = { input: 10, output: 20, cacheRead: 1_000, cacheWrite: 500 };
  await setScenario(system, { stream: [{ text: 'Hello there' }], usage });
  await (await system.signed('LangChainFunction', '', post({ prompt: 'Hi' }))).text();
  // 10 × 1,100 + 20 × 5,500 + 1,000 × 110 + 500 × 1,375 billionths.
  await expect.poll(async () => Math.round((await spent()) * 1e9 - before * 1e9)).toBe(918_500);
  await setScenario(system, {});
});
