import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guestSecretKey } from '#aws/dynamo/keys.ts';
import { createGuestToken } from '#identity/guest-token.ts';
import { SignInPages } from '#test/fixtures/sign-in-pages.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

/*
 * A server that signs its requests sends the token of a person beside the signature, as the page
 * does. The person is the owner, and not the server.
 */

let system: StreambedSystem;
let demo: string;
let guest: string;

beforeAll(async () => {
  system = await startSystem({ parameters: { Guests: 'true' } });
  const pages = new SignInPages(system.state, 'http://localhost:3000/chat');
  [demo = '', guest = ''] = (await Promise.all([pages.signIn('demo'), pages.signIn('guest')])).map(
    ({ access_token: token }) => token,
  );
});
afterAll(() => system.close());

const as = (token: string): RequestInit => ({ headers: { 'x-streambed-token': token } });

async function chat(init: RequestInit = {}): Promise<string> {
  const response = await system.signed(
    'ChatFunction',
    'chat',
    post({ message: 'Hello', format: 'json' }, init),
  );
  const body = (await response.json()) as { conversation_id: string };
  expect([response.status, body]).toEqual([200, body]);
  return body.conversation_id;
}

async function idsOf(init: RequestInit = {}): Promise<readonly string[]> {
  const response = await system.signed('ConversationsFunction', 'conversations', init);
  const { conversations } = (await response.json()) as {
    conversations: readonly { conversation_id: string }[];
  };
  return conversations.map(({ conversation_id: id }) => id);
}

test('the owner is the person whose token is beside the signature', async () => {
  const ids = { demo: await chat(as(demo)), guest: await chat(as(guest)), signer: await chat() };
  expect(await idsOf(as(demo))).toEqual([ids.demo]);
  expect(await idsOf(as(guest))).toEqual([ids.guest]);
  expect(await idsOf()).toEqual([ids.signer]);
  const path = `conversations/${ids.demo}`;
  const statusFor = async (init?: RequestInit): Promise<readonly number[]> => [
    (await system.signed('ConversationsFunction', path, init)).status,
    (await system.signed('ConversationStreamFunction', `${path}/stream?turn=x`, init)).status,
  ];
  expect((await statusFor(as(demo)))[0]).toBe(200);
  expect(await statusFor(as(guest))).toEqual([404, 404]);
  expect(await statusFor()).toEqual([404, 404]);
});

test('the person sees the same conversations through the REST API', async () => {
  const id = await chat(as(demo));
  const response = await fetch(`${system.state.apis['Api']?.url}/conversations`, {
    headers: { authorization: `Bearer ${demo}` },
  });
  const { conversations } = (await response.json()) as { conversations: readonly object[] };
  expect(conversations).toContainEqual(expect.objectContaining({ conversation_id: id }));
});

test.each([
  ['no token', ''],
  ['a token with another signature', () => `${demo.slice(0, -8)}AAAAAAAA`],
  ['the name of a user', 'user:demo'],
  ['a guest without a signature', 'guest.aaaaaaaaaaaaaaaaaaaaaaaa'],
  ['a guest with a wrong signature', `guest.${'a'.repeat(24)}.9999999999.${'A'.repeat(43)}`],
] as const)('%s is refused with 401', async (_, token) => {
  const init = as(typeof token === 'string' ? token : token());
  for (const [name, path, request] of [
    ['ChatFunction', 'chat', post({ message: 'Hello' }, init)],
    ['ConversationsFunction', 'conversations', init],
    ['ConversationStreamFunction', 'conversations/c/stream', init],
  ] as const) {
    const response = await system.signed(name, path, request);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'unauthenticated' });
  }
});

/** Returns the token of a guest, as the server of the page makes it. */
async function guestToken(id: string, validMs = 60_000): Promise<string> {
  const { region, endpoints, credentials, tables } = system.state;
  const config = { region, endpoint: endpoints.aws, credentials };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const { Item } = await client.send(
    new GetCommand({ TableName: tables['Conversations'], Key: { ...guestSecretKey } }),
  );
  return createGuestToken(String(Item?.['secret']), id.repeat(24), Date.now() + validMs);
}

const callApi = (path: string, token: string, init: RequestInit = {}): Promise<Response> => {
  const headers = { authorization: `Bearer ${token}`, origin: 'http://localhost:3000' };
  return fetch(`${system.state.apis['Api']?.url}${path}`, { ...init, headers });
};

test('each guest has an owner of their own, at the REST API too', async () => {
  const [first, second] = [await guestToken('a'), await guestToken('b')];
  const id = await chat(as(first));
  expect(await idsOf(as(first))).toEqual([id]);
  expect(await idsOf(as(second))).toEqual([]);
  expect(await (await callApi('/conversations', first)).text()).toContain(id);
  expect((await callApi(`/conversations/${id}`, second)).status).toBe(404);
});

test('the REST API knows its caller by the authorizer alone', async () => {
  const other = as(guest).headers as Record<string, string>;
  const mine = await chat(as(demo));
  const headers = { ...other, authorization: `Bearer ${demo}` };
  const response = await fetch(`${system.state.apis['Api']?.url}/conversations`, { headers });
  expect(await response.text()).toContain(mine);
});

test('a guest is refused with an expired token', async () => {
  const expired = await guestToken('c', -1_000);
  const response = await system.signed('ConversationsFunction', 'conversations', as(expired));
  expect(response.status).toBe(401);
  expect((await callApi('/conversations', expired)).status).toBe(401);
});

test('the page may call the REST API from a browser, and reads refusals too', async () => {
  const url = `${system.state.apis['Api']?.url}/chat/stream`;
  const origin = 'http://localhost:3000';
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  const responses = [
    preflight,
    await callApi('/conversations', demo),
    await callApi('/conversations/unknown/stream', demo),
    await callApi('/conversations', 'x.y.z'),
    await callApi('/nowhere', demo),
  ];
  expect(responses.map(({ status }) => status)).toEqual([204, 200, 404, 401, 403]);
  for (const { headers } of responses) {
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('vary')?.toLowerCase()).toBe('origin');
  }
});

test('a page of another origin is not allowed to read the REST API', async () => {
  const headers = { authorization: `Bearer ${demo}`, origin: 'http://localhost:1' };
  const response = await fetch(`${system.state.apis['Api']?.url}/conversations`, { headers });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('a deployment without guests refuses their tokens', async () => {
  const closed = await startSystem();
  try {
    const token = createGuestToken('secret', 'a'.repeat(24), Date.now() + 60_000);
    const response = await closed.signed('ConversationsFunction', 'conversations', as(token));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ detail: 'This deployment has no guests.' });
  } finally {
    await closed.close();
  }
});
