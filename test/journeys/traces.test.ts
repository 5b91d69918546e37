import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { turnRoutes } from '#domain/metrics/metric-names.ts';
import { haiku } from '#test/fixtures/bedrock.ts';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { startCollector, type Collector, type ReceivedSpan } from '#test/fixtures/collector.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

/* The traces of turns, as a collector receives them from the functions. */

let collector: Collector;
let system: StreambedSystem;

beforeAll(async () => {
  collector = await startCollector();
  // The functions differ in how many traces they export.
  const template = await changedTemplate((propertiesOf) => {
    propertiesOf('OpenAiFunction').Environment.Variables['OTEL_TRACES_SAMPLER_ARG'] = '0';
  });
  system = await startSystem({
    template,
    knowledge: await makeKnowledgeFolder(),
    parameters: {
      OtlpEndpoint: collector.url,
      OtlpHeaders: 'x-key=a%20secret',
      KnowledgeBases: 'handbook=LOCALKB001',
      Agents: 'classic=AGENT12345/TSTALIASID',
    },
  });
});
afterAll(async () => {
  await system.close();
  await collector.close();
});
beforeEach(() => setScenario(system, {}));

const question = { message: 'Is marmalade good for zebrafish?' };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';

/** Sends a chat request and returns its response, read to the end. */
async function ask(
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
  path = '/chat/stream',
): Promise<{ readonly turn: string; readonly text: string; readonly status: number }> {
  const response = await system.api(path, post({ ...question, ...body }, { headers }));
  const turn = response.headers.get('x-streambed-turn-id') ?? '';
  return { turn, text: await response.text(), status: response.status };
}

/** Returns the spans of a turn, its own one first, once they were exported. */
async function spansOf(turn: string): Promise<readonly [ReceivedSpan, ...ReceivedSpan[]]> {
  const find = (): ReceivedSpan | undefined =>
    collector.spans().find(({ attributes }) => attributes['streambed.turn_id'] === turn);
  const root = await vi.waitUntil(find, { timeout: 10_000 });
  const children = collector.spans().filter(({ parentSpanId }) => parentSpanId === root.spanId);
  return [root, ...children];
}

const named = (spans: readonly ReceivedSpan[]): readonly string[] =>
  spans.map(({ name }) => name).toSorted();

test('the first token of a trace is between the request of a client and its first byte', async () => {
  const sentAtMs = Date.now();
  const response = await system.api('/chat/stream', post({ ...question, format: 'text' }));
  const reader = response.body?.getReader();
  await reader?.read();
  const firstByteAtMs = performance.timeOrigin + performance.now();
  while ((await reader?.read())?.done === false);
  const [root] = await spansOf(response.headers.get('x-streambed-turn-id') ?? '');
  const [first] = root.events;
  expect(first?.name).toBe('streambed.first_token');
  expect(first?.atMs).toBeGreaterThan(sentAtMs);
  expect(first?.atMs).toBeLessThan(firstByteAtMs);
  expect(root.startMs).toBeGreaterThanOrEqual(sentAtMs);
  const seconds = root.attributes['gen_ai.response.time_to_first_chunk'];
  expect(root.startMs + Number(seconds) * 1_000).toBeCloseTo(first?.atMs ?? 0, 1);
});

test('a turn has a span for each call of a model, a tool and the table', async () => {
  const next = [{ stream: [{ simulate: true }] }];
  const tool = { name: 'current_time', args: { time_zone: 'Asia/Tokyo' } };
  await setScenario(system, { next, stream: [{ tool }] });
  const [root, ...operations] = await spansOf((await ask({ tools: ['time'] })).turn);
  expect(root).toMatchObject({
    name: 'turn POST /chat/stream',
    kind: 2,
    hasFailed: false,
    attributes: {
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.response.model': haiku,
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.usage.input_tokens': expect.any(Number),
      'streambed.cost_usd': expect.any(Number),
      'streambed.gap_max_ms': expect.any(Number),
      'streambed.owner': expect.stringMatching(/^[\da-f]{16}$/u),
    },
  });
  expect(new Set(operations.map(({ name }) => name))).toEqual(
    new Set([
      `chat ${haiku}`,
      'execute_tool current_time',
      ...['begin', 'reserve', 'finish', 'settle'].map((write) => `write ${write}`),
    ]),
  );
  const calls = operations.filter(({ name }) => name.startsWith('chat'));
  expect(calls.map(({ attributes }) => attributes['gen_ai.response.finish_reasons'])).toEqual([
    ['tool_use'],
    ['end_turn'],
  ]);
  const tokens = calls.map(({ attributes }) => Number(attributes['gen_ai.usage.output_tokens']));
  const total = tokens.reduce((sum, count) => sum + count, 0);
  expect(root.attributes['gen_ai.usage.output_tokens']).toBe(total);
  for (const { startMs, endMs, traceId: id } of operations) {
    expect(id).toBe(root.traceId);
    expect(startMs).toBeGreaterThanOrEqual(root.startMs);
    expect(endMs).toBeGreaterThanOrEqual(startMs);
  }
});

test('a search and an agent are spans, too', async () => {
  const [, ...found] = await spansOf((await ask({ knowledge_base: 'handbook' })).turn);
  expect(named(found)).toEqual(expect.arrayContaining([`chat ${haiku}`, 'retrieval']));
  const [, ...agent] = await spansOf((await ask({ agent: 'classic' })).turn);
  expect(named(agent)).toContain('invoke_agent classic');
  expect(named(agent)).not.toContain(`chat ${haiku}`);
});

test('the trace of the caller is continued, and a malformed one is not', async () => {
  const traceparent = `00-${traceId}-${callerSpan}-01`;
  const [root] = await spansOf((await ask({}, { traceparent, tracestate: 'vendor=a' })).turn);
  expect(root).toMatchObject({ traceId, parentSpanId: callerSpan, traceState: 'vendor=a' });
  const malformed = await ask({}, { traceparent: `00-${traceId}` });
  expect(malformed.status).toBe(200);
  const [own] = await spansOf(malformed.turn);
  expect(own.traceId).not.toBe(traceId);
  expect(own.parentSpanId).toBeUndefined();
});

test('a failed turn is exported even if no other is, and says what was tried', async () => {
  const complete = async (): Promise<string> => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const response = await system.api('/v1/chat/completions', post({ model: haiku, messages }));
    await response.text();
    return response.headers.get('x-streambed-turn-id') ?? '';
  };
  const unsampled = await complete();
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  const [root, ...operations] = await spansOf(await complete());
  expect(root).toMatchObject({
    name: 'turn POST /v1/chat/completions',
    hasFailed: true,
    attributes: { 'error.type': 'throttled', 'streambed.fallbacks': 1 },
  });
  const calls = operations.filter(({ name }) => name.startsWith('chat'));
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.map(({ attributes }) => attributes['error.type'])).toEqual(
    calls.map(() => 'throttled'),
  );
  const turns = collector.spans().map(({ attributes }) => attributes['streambed.turn_id']);
  expect(turns).not.toContain(unsampled);
});

test('every function that runs turns exports them', async () => {
  await ask({}, {}, '/chat');
  await system.api('/knowledge/search', post({ query: 'leave' }));
  await system.api('/tasks', post({ prompt: 'Hello' }));
  for (const name of ['InvokeFunction', 'LangChainFunction']) {
    await (await system.signed(name, '', post({ prompt: 'Hello' }))).text();
  }
  const routes = (): Set<unknown> =>
    new Set(collector.spans().flatMap(({ attributes }) => attributes['streambed.route'] ?? []));
  await expect.poll(routes, { timeout: 10_000 }).toEqual(new Set(turnRoutes));
});

test('no span has a text of a conversation, or names a person', () => {
  const [apiKey = ''] = system.state.apis['Api']?.apiKeys ?? [];
  const all = collector.exports.map(({ json }) => json).join();
  for (const secret of ['marmalade', 'zebrafish', 'Simulated', 'Tokyo', apiKey, 'user/local']) {
    expect([secret, all.includes(secret)]).toEqual([secret, false]);
  }
  const paths = collector.exports.map(({ path, headers }) => [path, headers['x-key']]);
  expect(new Set(paths.map(String))).toEqual(new Set(['/v1/traces,a secret']));
});

interface DroppedLine {
  readonly timestamp: string;
  readonly message: string;
  readonly requestId?: string;
  readonly cause?: string;
}

/** Returns the log lines of the chat function with this message. */
function chatLines(message: string): readonly DroppedLine[] {
  return system.lines.flatMap((line) => {
    const [, json] = /^ChatFunction\s+(\{.*\})$/u.exec(line) ?? [];
    const fields = json === undefined ? undefined : (JSON.parse(json) as DroppedLine);
    return fields?.message === message ? [fields] : [];
  });
}

/** Asks, and returns the line that says why its trace was dropped. */
async function askInVain(): Promise<DroppedLine | undefined> {
  const before = chatLines('traces dropped').length;
  const answer = await ask({ format: 'text' });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('Simulated answer')]);
  await vi.waitUntil(() => chatLines('traces dropped').length > before, { timeout: 10_000 });
  return chatLines('traces dropped').at(-1);
}

test('a collector that fails, hangs or is down costs only its traces', async () => {
  collector.behave(500);
  expect(await askInVain()).toMatchObject({ cause: expect.stringContaining('answered 500') });

  collector.behave('hang');
  // The function that answers in one piece first: it reports nothing before its next invocation.
  for (const path of ['/chat', '/chat/stream']) {
    const count = collector.exports.length;
    const answer = await ask({}, {}, path);
    const answeredAtMs = Date.now();
    const hanging = await vi.waitUntil(() => collector.exports[count], { timeout: 10_000 });
    await vi.waitUntil(() => hanging.abandonedAtMs, { timeout: 10_000 });
    // The whole answer was there before the export was given up.
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('answer')]);
    expect(answeredAtMs).toBeLessThan(hanging.abandonedAtMs ?? 0);
  }
  await expect.poll(() => chatLines('traces dropped').at(-1)?.cause).toContain('aborted');
  const exportMs =
    Date.parse(chatLines('traces dropped').at(-1)?.timestamp ?? '') -
    Date.parse(chatLines('turn ended').at(-1)?.timestamp ?? '');
  expect(exportMs).toBeLessThan(3_000);

  await collector.close();
  expect(await askInVain()).toMatchObject({ cause: expect.stringContaining('ECONN') });
});
