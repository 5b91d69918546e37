import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDynamoPageSessions, type PageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';
import { openIssuer, type Issuer } from '../../../web/server/sign-in/issuer.ts';
import { createTokenReader } from '../../../web/server/sign-in/renewal.ts';
import { createSessionId, hashOf, seal } from '../../../web/server/sign-in/seal.ts';

/** How the issuer answers a refresh token. */
interface Behaviour {
  readonly status: number;
  readonly body: object;
}

const renews: Behaviour = {
  status: 200,
  body: { access_token: 'new', token_type: 'Bearer', expires_in: 3_600, refresh_token: 'r2' },
};
const isDown: Behaviour = { status: 503, body: {} };
const refuses: Behaviour = { status: 400, body: { error: 'invalid_grant' } };

let behaviour = renews;
let requests = 0;
let server: Server;
let store: HostedStore;
let sessions: PageSessions;
let url: URL;

beforeAll(async () => {
  store = await hostStore();
  sessions = createDynamoPageSessions(store.table, { now: Date.now });
  server = createServer((request, response) => {
    const isDiscovery = request.url?.includes('/.well-known/') === true;
    if (!isDiscovery) requests += 1;
    const discovery = { issuer: url.origin, token_endpoint: `${url.origin}/token` };
    const { status, body } = isDiscovery ? { status: 200, body: discovery } : behaviour;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
beforeEach(() => {
  requests = 0;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await store.system.close();
});

/** An issuer as one process of the page knows it. */
function openOne(): Issuer {
  const client = {
    clientId: 'page',
    clientSecret: undefined,
    audience: undefined,
    scope: 'openid',
  };
  return openIssuer({ issuer: new URL(url.origin), ...client });
}

const readerOf = (issuer: Issuer) => createTokenReader(sessions, issuer);

/** An empty refresh token stands for none. */
async function beginSession(secondsLeft: number, refreshToken = 'r1'): Promise<string> {
  const id = createSessionId();
  const expiresAtMs = Date.now() + secondsLeft * 1_000;
  const tokens = {
    name: 'Ada',
    accessToken: 'old',
    expiresAtMs,
    ...(refreshToken === '' ? {} : { refreshToken }),
  };
  const session = { userId: 'ada', sealed: seal(id, tokens), expiresAtMs: Date.now() + 1e6 };
  await sessions.create(hashOf(id), session);
  return id;
}

test.each([
  [3_600, renews, 'old', 0],
  [30, renews, 'new', 1],
  [-1, renews, 'new', 1],
  [30, isDown, 'old', 1],
])('with %i seconds left and an issuer that answers %o, the token is %s', async (...row) => {
  const [secondsLeft, answer, token, count] = row;
  behaviour = answer;
  const id = await beginSession(secondsLeft);
  expect(await readerOf(openOne())(id)).toMatchObject({ name: 'Ada', accessToken: token });
  expect(requests).toBe(count);
});

test('expired tokens that cannot be renewed now are an error, and the session goes on', async () => {
  behaviour = isDown;
  const id = await beginSession(-1);
  await expect(readerOf(openOne())(id)).rejects.toThrow();
  expect(await sessions.read(hashOf(id))).toBeDefined();
});

test('a session without a refresh token lasts as long as its token', async () => {
  const [valid, expired] = [await beginSession(30, ''), await beginSession(-1, '')];
  expect(await readerOf(openOne())(valid)).toMatchObject({ accessToken: 'old' });
  expect(await readerOf(openOne())(expired)).toBeUndefined();
  expect(await sessions.read(hashOf(expired))).toBeUndefined();
  expect(requests).toBe(0);
});

test('an issuer that cannot revoke tokens is not asked to', async () => {
  await openOne().revoke({ name: 'Ada', accessToken: 'a', refreshToken: 'r', expiresAtMs: 0 });
  expect(requests).toBe(0);
});

test('a session that the issuer has ended ends here, too', async () => {
  behaviour = refuses;
  const id = await beginSession(30);
  expect(await readerOf(openOne())(id)).toBeUndefined();
  expect(await sessions.read(hashOf(id))).toBeUndefined();
});

test('many requests at several processes use a refresh token once', async () => {
  behaviour = renews;
  const id = await beginSession(-1);
  const readers = Array.from({ length: 3 }, () => readerOf(openOne()));
  const reads = readers.flatMap((read) => Array.from({ length: 10 }, () => read(id)));
  const tokens = await Promise.all(reads);
  expect(new Set(tokens.map((each) => each?.accessToken))).toEqual(new Set(['new']));
  expect(requests).toBe(1);
});

test('another session cannot open the tokens', async () => {
  const id = await beginSession(3_600);
  const other = createSessionId();
  const session = await sessions.read(hashOf(id));
  if (session !== undefined) await sessions.create(hashOf(other), session);
  await expect(readerOf(openOne())(other)).rejects.toThrow();
});
