import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { templateWithIssuer } from '#test/fixtures/changed-template.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { issueToken, startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';

/*
 * What signed-in callers see while the issuer of their tokens is slow, wrong or out of reach.
 */

let system: StreambedSystem;
let issuer: TokenIssuer;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  system = await startSystem({ template: await templateWithIssuer(issuer.origin) });
});
beforeEach(() => issuer.behave());
afterAll(async () => {
  await system.close();
  issuer.close();
});

/** Sends a request that any signed-in caller may send. */
function call(token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${system.state.apis['Api']?.url}/conversations`, { headers });
}

async function statusOf(token: string): Promise<number> {
  return (await call(token)).status;
}

async function unknownKey(kid: string): Promise<string> {
  const { privateKey: key } = await generateKeyPair('RS256');
  return issueToken(issuer, { sub: 'eve' }, { kid, key });
}

test('a cold burst of signed-in callers is admitted by an issuer that drops, refuses and delays', async () => {
  const before = issuer.keyRequests;
  issuer.behave((response, publish) => {
    const attempt = issuer.keyRequests - before;
    if (attempt <= 3) response.destroy();
    else if (attempt <= 6) response.writeHead(503).end('Busy');
    else setTimeout(publish, 2_500);
  });
  const tokens = await Promise.all(
    Array.from({ length: 25 }, (_, index) => issueToken(issuer, { sub: `user-${index}` })),
  );
  const statuses = await Promise.all(tokens.map(statusOf));
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  // One environment asked for all of them.
  expect(issuer.keyRequests - before).toBe(7);
});

test('while the issuer is out of reach, known keys work, and another key gets a 503 with words', async () => {
  issuer.behave((response) => void response.destroy());
  const [known, forged] = await Promise.all([
    issueToken(issuer, { sub: 'ada' }),
    issueToken(issuer, { sub: 'ada' }, { key: (await generateKeyPair('RS256')).privateKey }),
  ]);
  // The last request for keys may have been a moment ago: until then the key counts as unknown.
  await expect.poll(async () => statusOf(await unknownKey('other')), waiting).toBe(503);
  const [refused, ...statuses] = await Promise.all([
    call(await unknownKey('another')),
    ...[known, forged, known].map(statusOf),
    system.api('/conversations').then(({ status }) => status),
  ]);
  expect(statuses).toEqual([200, 401, 200, 200]);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.json()).toEqual({ message: expect.stringMatching(/Try again/u) });
  const failures = system.lines.filter((line) => line.includes('authorization failed'));
  expect(failures.join()).toMatch(/fetch failed|timed out/u);
});

test('a flood of unknown keys is refused, and a new key is soon accepted during it', async () => {
  const flood = async (): Promise<void> => {
    const statuses = await Promise.all(
      ['a', 'b', '../c', "' OR 1=1"].map(async (kid) => statusOf(await unknownKey(kid))),
    );
    expect(statuses.filter((status) => status !== 401)).toEqual([]);
  };
  await expect.poll(async () => statusOf(await unknownKey('other')), waiting).toBe(401);
  const startedAtMs = Date.now();
  const before = issuer.keyRequests;
  const key = await issuer.rotate('key-2');
  const renewed = await issueToken(issuer, { sub: 'ada' }, { kid: 'key-2', key });
  const isAccepted = async (): Promise<number> => {
    await flood();
    return statusOf(renewed);
  };
  await expect.poll(isAccepted, waiting).toBe(200);
  const periods = Math.ceil((Date.now() - startedAtMs) / 5_000);
  expect(issuer.keyRequests - before).toBeLessThanOrEqual(periods + 1);
  expect(await statusOf(renewed)).toBe(200);
});

const waiting = { timeout: 40_000, interval: 500 };
