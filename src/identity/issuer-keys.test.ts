import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IssuerKeyStore } from '#domain/issuer-keys.ts';
import { createTokenVerifier, oidcIssuer } from '#identity/token-verifier.ts';
import { createVirtualClock, realClock, type Clock } from '#local/process/clock.ts';
import { createMemoryIssuerKeys } from '#test/doubles/memory-issuer-keys.ts';
import { issueToken, startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';

let issuer: TokenIssuer;
let store: IssuerKeyStore;
let clock: Clock;

beforeEach(async () => {
  issuer = await startTokenIssuer();
  store = createMemoryIssuerKeys();
  clock = createVirtualClock();
});
afterEach(() => issuer.close());

/** Returns the verifier of a new execution environment. Its invocations take up to 24 s. */
function newEnvironment(): (token: string) => Promise<string> {
  const jwksUrl = `${issuer.origin}/keys`;
  const settings = { issuer: issuer.origin, jwksUrl, audience: 'streambed' };
  const ports = { store, clock };
  const verify = createTokenVerifier(ports, [oidcIssuer(settings)]);
  // The outcome: the subject of a token, or the code of the error.
  return (token) =>
    verify(token, clock.now() + 24_000).then(
      ({ id }) => id.split(':').at(-1) ?? '',
      (error: { code: string }) => error.code,
    );
}

const ada = (): Promise<string> => issueToken(issuer, { sub: 'ada' });
const unknownKey = async (kid: string): Promise<string> => {
  const { privateKey } = await generateKeyPair('RS256');
  return issueToken(issuer, { sub: 'eve' }, { kid, key: privateKey });
};

test('200 cold environments accept their callers, and one asks the slow issuer for all', async () => {
  clock = realClock;
  issuer.behave((response, publish) => {
    if (issuer.keyRequests <= 5) response.destroy();
    else if (issuer.keyRequests <= 10) response.writeHead(503).end('Busy');
    else setTimeout(publish, 2_500);
  });
  const token = await ada();
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => newEnvironment()(token)));
  expect(new Set(outcomes)).toEqual(new Set(['ada']));
  expect(issuer.keyRequests).toBe(11);
}, 20_000);

test('while the issuer is out of reach, a cold environment still judges tokens with known keys', async () => {
  const token = await ada();
  await newEnvironment()(token);
  issuer.behave((response) => void response.destroy());
  await clock.sleep(3_600_000);
  const verify = newEnvironment();
  expect(await verify(token)).toBe('ada');
  const forged = await unknownKey('key-1');
  expect(await verify(forged)).toBe('unauthenticated');
  // It is not certain that the issuer does not have this key.
  expect(await verify(await unknownKey('key-2'))).toBe('internal');
  expect(await verify(token)).toBe('ada');
  // After a day without news, known keys are not trusted any more.
  await clock.sleep(86_400_000);
  expect(await verify(token)).toBe('internal');
});

test('a caller whose key is known does not wait for an issuer that does not answer', async () => {
  const token = await ada();
  const verify = newEnvironment();
  await verify(token);
  const before = issuer.keyRequests;
  issuer.behave((response) => void response.destroy());
  await clock.sleep(300_000);
  const startedAtMs = clock.now();
  expect(await Promise.all([verify(token), verify(token), newEnvironment()(token)])).toEqual([
    'ada',
    'ada',
    'ada',
  ]);
  expect(issuer.keyRequests - before).toBe(1);
  expect(clock.now() - startedAtMs).toBeLessThan(1_000);
});

test('a flood of unknown keys asks the issuer once in five seconds, from all environments together', async () => {
  let skippedMs = 0;
  clock = { now: () => realClock.now() + skippedMs, sleep: realClock.sleep };
  const startedAtMs = clock.now();
  const environments = Array.from({ length: 6 }, newEnvironment);
  const tokens = await Promise.all(
    environments.map((_, index) => unknownKey(`../key ${index} ' OR 1=1`)),
  );
  for (let second = 0; second < 12; second += 1) {
    const outcomes = environments.map((verify, index) => verify(tokens[index] ?? ''));
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['unauthenticated']));
    skippedMs += 1_000;
  }
  expect(issuer.keyRequests).toBeGreaterThan(1);
  const periods = Math.ceil((clock.now() - startedAtMs) / 5_000);
  expect(issuer.keyRequests).toBeLessThanOrEqual(periods);
});

test('a new key is accepted at its first token, and a removed one for five minutes at most', async () => {
  const token = await ada();
  const [verify, other] = [newEnvironment(), newEnvironment()];
  expect(await verify(token)).toBe('ada');
  expect(await other(token)).toBe('ada');
  const key = await issuer.rotate('key-2');
  await clock.sleep(5_000);
  const renewed = await issueToken(issuer, { sub: 'ada' }, { kid: 'key-2', key });
  expect(await verify(renewed)).toBe('ada');
  // This environment has not heard of the new key yet.
  expect(await other(token)).toBe('ada');
  await clock.sleep(295_000);
  expect(await other(token)).toBe('unauthenticated');
  expect(await verify(token)).toBe('unauthenticated');
  expect(await other(renewed)).toBe('ada');
});

const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1', alg: 'HS256' };
const weak = {
  kty: 'RSA',
  kid: 'key-1',
  n: Buffer.alloc(64, 251).toString('base64url'),
  e: 'AQAB',
};

test.each<readonly [string, string]>([
  ['a page', '<html><body>Sign in to the network</body></html>'],
  ['nothing', ''],
  ['an error in JSON', '{"message":"Too Many Requests"}'],
  ['no keys', '{"keys":[]}'],
  ['null keys', '{"keys":null}'],
  ['keys that are not objects', '{"keys":[null,1,"a"]}'],
  ['a list', '[]'],
  ['a secret', JSON.stringify({ keys: [secret] })],
  ['an RSA key that is too short', JSON.stringify({ keys: [weak] })],
  ['a key without numbers', '{"keys":[{"kty":"RSA","kid":"key-1"}]}'],
  ['a key for encryption', '{"keys":[{"kty":"RSA","kid":"key-1","use":"enc"}]}'],
  ['keys with strange members', '{"keys":[{"kty":{"a":1},"kid":["key-1"],"n":7,"alg":null}]}'],
])('an answer that is not a set of usable keys replaces no keys: %s', async (_, body) => {
  const token = await ada();
  await newEnvironment()(token);
  const before = issuer.keyRequests;
  issuer.behave((response) => void response.end(body));
  await clock.sleep(300_000);
  const verify = newEnvironment();
  expect(await verify(token)).toBe('ada');
  expect(issuer.keyRequests - before).toBe(1);
  await clock.sleep(5_000);
  expect(await verify(await unknownKey('key-2'))).toBe('internal');
  expect(await newEnvironment()(token)).toBe('ada');
});

test('only the public parts of usable keys are stored', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const leaked = { ...(await exportJWK(privateKey)), kid: 'leaked', x5c: ['x'], note: 'a note' };
  issuer.behave((response) => {
    response.end(JSON.stringify({ keys: [secret, weak, leaked, null].filter(Boolean) }));
  });
  await newEnvironment()(await ada());
  const { keys } = (await store.read(`${issuer.origin}/keys`)) ?? {};
  expect(keys).toEqual([{ ...(await exportJWK(publicKey)), kid: 'leaked' }]);
});

test('a redirect is not followed', async () => {
  const target = await startTokenIssuer();
  issuer.behave((response) => {
    response.writeHead(302, { location: `${target.origin}/keys` }).end();
  });
  expect(await newEnvironment()(await ada())).toBe('internal');
  expect(target.keyRequests).toBe(0);
  target.close();
});

test('if the environment that asks has crashed, another one asks after its time is over', async () => {
  await store.claim(`${issuer.origin}/keys`, clock.now(), clock.now() + 15_000);
  expect(await newEnvironment()(await ada())).toBe('ada');
  expect(issuer.keyRequests).toBe(1);
});

test('known keys are used while the store is out of reach, and it is tried again without them', async () => {
  const token = await ada();
  const verify = newEnvironment();
  await verify(token);
  await clock.sleep(300_000);
  const { read } = store;
  let faults = 0;
  store.read = async (url) => {
    faults += 1;
    if (faults <= 4) throw new Error('The table is busy');
    return read(url);
  };
  expect(await verify(token)).toBe('ada');
  expect(faults).toBe(1);
  expect(await newEnvironment()(token)).toBe('ada');
  expect(faults).toBeGreaterThan(4);
});
