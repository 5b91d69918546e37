import { readFile } from 'node:fs/promises';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { metrics, turnRoutes } from '#domain/metrics/metric-names.ts';
import { haiku } from '#test/fixtures/bedrock.ts';
import { startCallbackServer, type CallbackServer } from '#test/fixtures/callback-server.ts';
import { changedTemplate } from '#test/fixtures/changed-template.ts';
import { submitDocument } from '#test/fixtures/documents.ts';
import { makeKnowledgeFolder } from '#test/fixtures/knowledge-folder.ts';
import {
  publishedBy,
  violations,
  type MetricLine,
  type PublishedMetric,
} from '#test/fixtures/embedded-metrics.ts';
import { monitoredIn, type MonitoredMetric } from '#test/fixtures/monitored-metrics.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { issueToken, startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';
import { setScenario } from '#test/fixtures/turn-client.ts';

/*
 * The metrics of the functions, as lines of real turns publish them, and those that the alarms and
 * the dashboard of the stack read.
 */

const nova = 'amazon.nova-lite-v1:0';
const conversations: string[] = [];
let system: StreambedSystem;
let limited: StreambedSystem;
let server: CallbackServer;
let closedIssuer: TokenIssuer;

beforeAll(async () => {
  server = await startCallbackServer();
  closedIssuer = await startTokenIssuer();
  closedIssuer.close();
  [system, limited] = await Promise.all([startWholeSystem(), startLimitedSystem()]);
  await Promise.all([callEveryRoute().then(causeFailures), exceedLimits(), sendUnknownKey()]);
  await Promise.all([system, limited].map(untilAllHaveEnded));
});
afterAll(async () => {
  await Promise.all([system.close(), limited.close()]);
  server.close();
});

async function startWholeSystem(): Promise<StreambedSystem> {
  return startSystem({
    knowledge: await makeKnowledgeFolder(),
    // Slow enough that the parts of an answer do not arrive together, on a busy machine either.
    tokensPerSecond: 40,
    parameters: { KnowledgeBases: 'handbook=LOCALKB001', LoopbackCallbacks: 'true' },
  });
}

const waiting = { timeout: 30_000 };

/** A caller has its response before the invocation has ended. */
async function untilAllHaveEnded({ lines }: StreambedSystem): Promise<void> {
  const count = (part: string): number => lines.filter((line) => line.includes(part)).length;
  await vi.waitUntil(() => count('REPORT RequestId') === count('START RequestId'), waiting);
}

async function ask(response: Promise<Response>, status = 200): Promise<void> {
  const answer = await response;
  expect([answer.status, await answer.text()]).toEqual([status, expect.any(String)]);
  const id = answer.headers.get('x-streambed-conversation-id');
  if (id !== null) conversations.push(id);
}

const question = { message: 'Is marmalade good for zebrafish?' };
const stream = (body: object, init: RequestInit = {}): Promise<Response> =>
  system.api('/chat/stream', post({ ...question, ...body }, init));

async function callEveryRoute(): Promise<void> {
  const usage = { input: 20, output: 9, cacheRead: 8, cacheWrite: 7 };
  await setScenario(system, { stream: [{ text: 'A quokka says yes to all of that.' }], usage });
  const headers = { 'idempotency-key': 'once' };
  for (const _ of ['first', 'repeated']) await ask(stream({}, { headers }));
  await ask(stream({ model: nova }));
  await ask(system.signed('ChatFunction', '', post(question)));
  await ask(system.api('/chat', post(question)));
  const messages = [{ role: 'user', content: 'Hello' }];
  await ask(system.api('/v1/chat/completions', post({ model: haiku, messages })));
  await ask(system.api('/knowledge/search', post({ query: 'leave' })));
  for (const mode of ['streamed', 'buffered']) {
    await ask(system.signed('InvokeFunction', `?mode=${mode}`, post({ prompt: 'Hello' })));
  }
  await ask(system.signed('LangChainFunction', '', post({ prompt: 'Hello' })));
  await submitDocument(system.api, '/analyses', { text: question.message });
  await vi.waitUntil(() => system.lines.some((line) => line.includes('document paid')), waiting);
  // A server that wants no callbacks any more.
  server.answerWith(410);
  await ask(system.api('/tasks', post({ prompt: 'Hello', callback_url: server.url })), 202);
  await vi.waitUntil(() => server.requests.length === 1, waiting);
}

async function causeFailures(): Promise<void> {
  await setScenario(system, { fail: { type: 'ThrottlingException', times: 1 } });
  await ask(stream({}));
  await setScenario(system, { fail: { type: 'ThrottlingException' } });
  await ask(stream({}), 429);
  await ask(stream({ model: nova }), 429);
  await setScenario(system, { stream: [{ text: 'A quokka' }, { cut: 'eof' }] });
  await ask(stream({}));
}

/** Each function has a limit that its requests exceed, and tokens have an issuer out of reach. */
async function startLimitedSystem(): Promise<StreambedSystem> {
  const template = await changedTemplate((propertiesOf) => {
    const change = (id: string, variables: Readonly<Record<string, string>>): void => {
      Object.assign(propertiesOf(id).Environment.Variables, variables);
    };
    change('ChatFunction', { REQUESTS_PER_MINUTE: '1' });
    change('ChatBufferedFunction', { TOKENS_PER_DAY: '100' });
    change('OpenAiFunction', { USD_PER_DAY: '1', MAX_OUTPUT_TOKENS: '1000000' });
    change('AuthorizerFunction', {
      OIDC_ISSUER: closedIssuer.origin,
      OIDC_AUDIENCE: 'streambed',
      OIDC_JWKS_URL: closedIssuer.origin,
    });
  });
  return startSystem({ template });
}

async function exceedLimits(): Promise<void> {
  await ask(limited.api('/chat/stream', post(question)));
  await ask(limited.api('/chat/stream', post(question)), 429);
  await ask(limited.api('/chat', post(question)), 429);
  const messages = [{ role: 'user', content: 'Hello' }];
  await ask(limited.api('/v1/chat/completions', post({ model: haiku, messages })), 429);
}

/** The authorizer tries for some seconds to read the keys of the issuer. */
async function sendUnknownKey(): Promise<void> {
  const { privateKey: key } = await generateKeyPair('RS256');
  const authorization = `Bearer ${await issueToken(closedIssuer, { sub: 'ada' }, { key })}`;
  await ask(
    fetch(`${limited.state.apis['Api']?.url}/conversations`, { headers: { authorization } }),
    503,
  );
}

function metricLines(): readonly MetricLine[] {
  return [...system.lines, ...limited.lines].flatMap((text) => {
    const [, json] = /^\w+\s+(\{.*"_aws".*\})$/u.exec(text) ?? [];
    return json === undefined ? [] : [JSON.parse(json) as MetricLine];
  });
}

async function readMonitored(): Promise<readonly MonitoredMetric[]> {
  const template = JSON.parse(await readFile('cdk.out/Streambed.template.json', 'utf8'));
  return monitoredIn(template.Resources).filter(({ namespace }) => !namespace.startsWith('AWS/'));
}

test('every line with metrics follows the embedded metric format', () => {
  const broken = metricLines().map((line) => [line['message'], violations(line)] as const);
  expect(broken.length).toBeGreaterThan(15);
  expect(broken.filter(([, found]) => found.length > 0)).toEqual([]);
});

test('a turn has one line with metrics', () => {
  const turns = metricLines().flatMap(({ turnId, message }) => turnId ?? message);
  expect(turns).toHaveLength(new Set(turns).size);
  expect(metricLines()[0]).toMatchObject({
    level: 'INFO',
    message: 'turn ended',
    route: 'POST /chat/stream',
    model: haiku,
    ttftMs: expect.any(Number),
    Turns: 1,
    TimeToFirstToken: expect.any(Number),
    ColdStarts: 1,
    MemoryUsed: expect.any(Number),
  });
  expect(metricLines()[1]).toMatchObject({ RepeatedTurns: 1, ColdStarts: 0 });
});

test('every metric of an alarm or a widget is in a line that a turn wrote', async () => {
  const keyOf = ({ namespace, name, dimensions }: PublishedMetric): string =>
    JSON.stringify([namespace, name, dimensions]);
  const monitored = await readMonitored();
  expect(monitored.length).toBeGreaterThan(60);
  // A line may be written after its answer was read.
  const missing = (): readonly PublishedMetric[] => {
    const written = new Set(metricLines().flatMap(publishedBy).map(keyOf));
    return monitored.filter((one) => !written.has(keyOf(one)));
  };
  await expect.poll(missing).toEqual([]);
});

test('CloudWatch makes metrics of the lines', async () => {
  const { credentials, region, endpoints } = system.state;
  const client = new CloudWatchClient({ credentials, region, endpoint: endpoints.aws });
  const command = new GetMetricStatisticsCommand({
    Namespace: 'Streambed',
    MetricName: 'TimeToFirstToken',
    Dimensions: [
      { Name: 'service', Value: 'streambed' },
      { Name: 'route', Value: 'POST /v1/chat/completions' },
    ],
    StartTime: new Date(Date.now() - 3_600_000),
    EndTime: new Date(Date.now() + 60_000),
    Period: 3_600,
    Statistics: ['SampleCount', 'Average'],
  });
  const { Datapoints = [] } = await client.send(command);
  expect(Datapoints).toMatchObject([{ SampleCount: 1, Average: expect.any(Number) }]);
});

test('every metric is written, used and described', async () => {
  const names = Object.keys(metrics).toSorted();
  const written = new Set(
    metricLines()
      .flatMap(publishedBy)
      .map(({ name }) => name),
  );
  expect([...written].toSorted()).toEqual(names);
  const used = new Set((await readMonitored()).map(({ name }) => name));
  expect([...used].toSorted()).toEqual(names);
  const page = await readFile('docs/operations.md', 'utf8');
  const [, table = ''] = page.split('## Metrics');
  const described = [...(table.split('\n## ')[0]?.matchAll(/^\| `(\w+)`/gmu) ?? [])];
  expect(described.map(([, name = '']) => name).toSorted()).toEqual(names);
});

test('no dimension and no value is a person, a conversation or a turn', () => {
  const allowed = new Set<string>(['streambed', ...turnRoutes, haiku, nova, 'search']);
  const dimensions = metricLines()
    .flatMap(publishedBy)
    .map((metric) => metric.dimensions);
  expect(new Set(dimensions.flatMap(Object.keys))).toEqual(new Set(['service', 'route', 'model']));
  const values = dimensions.flatMap((set) => Object.values(set));
  expect(values.filter((value) => !allowed.has(value))).toEqual([]);
  const [apiKey = ''] = system.state.apis['Api']?.apiKeys ?? [];
  const [limitedKey = ''] = limited.state.apis['Api']?.apiKeys ?? [];
  expect(conversations.length).toBeGreaterThan(5);
  for (const id of [...conversations, apiKey, limitedKey, 'user/local', 'marmalade', 'quokka']) {
    expect([id, metricLines().filter((line) => JSON.stringify(line).includes(id))]).toEqual([
      id,
      [],
    ]);
  }
});

test('what is paid for besides turns is in lines of its own', () => {
  const paid = metricLines().filter(({ message }) => message === 'document paid');
  expect(paid).toEqual([expect.objectContaining({ model: nova, CostUsd: expect.any(Number) })]);
});

test('a failed turn has its cost, and an answer in one piece no time to its first token', () => {
  const lines = metricLines();
  expect(lines.find(({ FailedAfterFirstToken }) => FailedAfterFirstToken === 1)).toMatchObject({
    message: 'turn failed',
    CostUsd: expect.any(Number),
    OutputTokens: expect.any(Number),
  });
  const invoked = lines.filter(({ route }) => route === 'invoke');
  expect(invoked.map((line) => 'TimeToFirstToken' in line)).toEqual([true, false]);
});
