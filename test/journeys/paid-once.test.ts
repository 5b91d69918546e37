import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valueAt } from '#domain/json.ts';
import { routes } from '#protocol/http/routes.ts';
import { freeRequests, paidRequests, type PaidRequest } from '#test/fixtures/paid-requests.ts';
import { payingTargets } from '#test/fixtures/paying-functions.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { countPaidCalls } from '#test/fixtures/turn-client.ts';

let system: StreambedSystem;

beforeAll(async () => {
  const knowledge = await mkdtemp(join(tmpdir(), 'streambed-'));
  await writeFile(join(knowledge, 'rivers.md'), '# Rivers\n\nThe Rhine is a river.');
  const parameters = { KnowledgeBases: 'atlas=LOCALKB001' };
  system = await startSystem({ knowledge, parameters });
});
afterAll(() => system.close());

/** Returns how many calls of Bedrock the requests lead to. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = await countPaidCalls(system);
  await work();
  return (await countPaidCalls(system)) - before;
}

async function ask({ send, finish }: PaidRequest, text: string, key: string): Promise<string> {
  const response = await send(system, text, { 'idempotency-key': key });
  const body = await response.text();
  expect([response.status, body]).toEqual([expect.toBeOneOf([200, 202]), body]);
  await finish?.(system, body);
  return body;
}

async function refusal(
  request: PaidRequest,
  text: string,
  key: string,
): Promise<{ readonly status: number; readonly code: unknown; readonly body: string }> {
  const response = await request.send(system, text, { 'idempotency-key': key });
  const body = await response.text();
  const json: unknown = response.ok ? undefined : JSON.parse(body);
  const code = valueAt(json, ['code']) ?? valueAt(json, ['error', 'code']);
  return { status: response.status, code, body };
}

test('every route and Function URL that can cost money is among the requests of this test', async () => {
  const targets = await payingTargets();
  const paying = targets.filter((target) => target in routes).map((target) => target.split(' ')[1]);
  expect(paying.length).toBeGreaterThan(5);
  const covered = new Set([
    ...paidRequests.map(({ target }) => target),
    ...Object.keys(freeRequests),
  ]);
  expect(targets.filter((target) => !covered.has(target))).toEqual([]);
});

test('a request that is said to be free calls no model', async () => {
  const calls = await callsOf(async () => {
    for (const [path, init] of Object.values(freeRequests)) {
      expect((await system.api(path, init)).status).toBeLessThan(500);
    }
  });
  expect(calls).toBe(0);
});

describe.each(paidRequests.map((one) => [`${one.target}, ${one.format}`, one] as const))(
  '%s',
  (_, request) => {
    const text = 'Write 20 words about rivers';

    test('repeated requests with a key get the same answer, which is paid for once', async () => {
      const alone = await callsOf(() => ask(request, text, randomUUID()));
      const key = randomUUID();
      const answers: string[] = [];
      const repeated = await callsOf(async () => {
        const both = await Promise.all([ask(request, text, key), ask(request, text, key)]);
        answers.push(...both, await ask(request, text, key));
      });
      expect(alone).toBeGreaterThan(0);
      expect(repeated).toBe(alone);
      const [first = '', ...others] = answers.map((body) => request.answerIn(body));
      expect(first.length).toBeGreaterThan(10);
      expect(others).toEqual([first, first]);
      expect(await refusal(request, 'Something else', key)).toMatchObject({
        status: 422,
        code: 'idempotency_mismatch',
      });
    });

    test.each([
      ['a space', 'a b'],
      ['8,000 characters', 'k'.repeat(8_000)],
      ['no character', ''],
    ])('a key with %s is rejected before a model is called', async (_name, key) => {
      const calls = await callsOf(async () => {
        expect(await refusal(request, text, key)).toMatchObject({
          status: 400,
          code: expect.toBeOneOf(['invalid_request', 'invalid_value', null]),
          body: expect.stringContaining('Idempotency-Key: must be 1 to 255 characters'),
        });
      });
      expect(calls).toBe(0);
    });
  },
);

test('a key belongs to one request, with a cache or without, and what it got is its own', async () => {
  const prompt = 'Name a river';
  const settings = [{ cache: true }, { cache: { ttl_seconds: 60 } }, {}];
  const send = async (setting: object, key: string): Promise<[status: number, body: unknown]> => {
    const headers = { 'idempotency-key': key };
    const response = await system.api('/chat', post({ prompt, ...setting }, { headers }));
    return [response.status, await response.json()];
  };
  for (const [first, second] of settings.flatMap((one) => settings.map((other) => [one, other]))) {
    if (first === undefined || second === undefined || first === second) continue;
    const key = randomUUID();
    const [, answer] = await send(first, key);
    const calls = await callsOf(async () => {
      expect(await send(second, key)).toMatchObject([422, { code: 'idempotency_mismatch' }]);
      const [, again] = await send(first, key);
      for (const name of ['turn_id', 'response']) {
        expect(valueAt(again, [name])).toBe(valueAt(answer, [name]));
      }
    });
    expect(calls).toBe(0);
  }
});
