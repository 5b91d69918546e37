import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { haiku, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { clients, ownClient } from '#test/fixtures/bedrock-clients.ts';
import { after, cases } from '#test/fixtures/bedrock-faults.ts';

let bedrock: RunningBedrock;
let off = (): void => undefined;

beforeAll(async () => {
  bedrock = await startBedrock({ pace: { ttftMs: 5, tokensPerSecond: 2_000, jitter: 0 } });
});

afterEach(() => off());
afterAll(() => bedrock.close());

describe.each(Object.entries(cases))('%s', (_, { scenario, seen }) => {
  const names = [...Object.keys(clients), 'our own client'];
  const all = [...Object.values(clients), ownClient];

  test.each(names.map((name, index) => [name, seen[index], all[index]] as const))(
    '%s: %s',
    async (__, expected, client) => {
      off = bedrock.on(scenario);
      expect(await client?.(bedrock, 'Hello')).toBe(expected);
    },
  );
});

test('our own client reports every fault as an error', () => {
  const harmless =
    /^(?:no fault|an unknown event|single-byte chunks|a late first|overridden usage)/u;
  const faults = Object.entries(cases).filter(([name]) => !harmless.test(name));
  expect(faults.length).toBeGreaterThan(25);
  expect(faults.filter(([, { seen }]) => seen[7] === 'complete' || seen[7] === 'silent')).toEqual(
    [],
  );
});

test.each(Object.entries({ ...clients, 'our own client': ownClient }))(
  '%s retries after one throttled request',
  async (_, client) => {
    off = bedrock.on({ fail: { type: 'ThrottlingException', times: 1 } });
    expect(await client(bedrock, 'Hello', 2)).toBe('complete');
    expect(bedrock.journal.entries().slice(-2)).toMatchObject([
      { outcome: 'refused', error: 'ThrottlingException' },
      { outcome: 'completed' },
    ]);
  },
);

test('a client timeout is recorded in the journal as client_cancelled', async () => {
  off = bedrock.on({ stream: [{ text: 'Hello' }, { stall: '60s' }] });
  expect(await ownClient(bedrock, 'Hello')).toBe('throws model_unavailable');
  const { journal } = bedrock;
  await expect.poll(() => journal.entries().at(-1)?.outcome).toBe('client_cancelled');
});

test('an error can have a Retry-After header', async () => {
  off = bedrock.on({
    fail: { type: 'ThrottlingException', retryAfter: 7, message: 'Too many tokens.' },
  });
  const body = { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] };
  const response = await bedrock.post(`/model/${haiku}/converse`, body);
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  expect(response.headers.get('x-amzn-errortype')).toBe(
    'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/',
  );
  expect(await response.json()).toEqual({ message: 'Too many tokens.' });
});

test.each([
  ['rst', 'a broken connection'],
  ['eof', 'a truncated body'],
])('a non-streaming response cut by %s fails with %s', async (cut) => {
  off = bedrock.on(after({ cut }));
  const messages = [{ role: 'user' as const, content: [{ text: 'Hello' }] }];
  await expect(
    bedrock.http1().send(new ConverseCommand({ modelId: haiku, messages })),
  ).rejects.toThrow();
});

test('generation stops and is recorded as cancelled soon after the client disconnects', async () => {
  off = bedrock.on({
    stream: [{ pace: { tps: 20 } }, { text: 'one two three four five six seven '.repeat(20) }],
  });
  const controller = new AbortController();
  const messages = [{ role: 'user' as const, content: [{ text: 'Count' }] }];
  const { stream } = await bedrock
    .http1()
    .send(new ConverseStreamCommand({ modelId: haiku, messages }), {
      abortSignal: controller.signal,
    });
  const events = stream?.[Symbol.asyncIterator]();
  await events?.next();
  const { journal } = bedrock;
  const before = journal.entries().length;
  const leftAt = performance.now();
  controller.abort();
  await expect.poll(() => journal.entries().length, { interval: 5 }).toBe(before + 1);
  const elapsedMs = performance.now() - leftAt;
  console.log(`stopped ${Math.round(elapsedMs)} ms after the client disconnected`);
  const entry = journal.entries().at(-1);
  expect(entry).toMatchObject({ outcome: 'client_cancelled', operation: 'ConverseStream' });
  expect(entry?.tokensGenerated).toBeLessThan(60);
  await events?.next().catch(() => undefined);
});
