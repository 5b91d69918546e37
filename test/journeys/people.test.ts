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
  ['a guest with a wrong signature', `guest.${'a'.repeat(24)}.${'A'.repeat(43)}`],
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

test('each guest has an owner of their own', async () => {
  const { region, endpoints, credentials, tables } = system.state;
  const config = { region, endpoint: endpoints.aws, credentials };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const { Item } = await client.send(
    new GetCommand({ TableName: tables['Conversations'], Key: { ...guestSecretKey } }),
  );
  const [first, second] = ['a', 'b'].map((id) =>
    as(createGuestToken(String(Item?.['secret']), id.repeat(24))),
  );
  const id = await chat(first);
  expect(await idsOf(first)).toEqual([id]);
  expect(await idsOf(second)).toEqual([]);
});

test('a deployment without guests refuses their tokens', async () => {
  const closed = await startSystem();
  try {
    const token = createGuestToken('secret', 'a'.repeat(24));
    const response = await closed.signed('ConversationsFunction', 'conversations', as(token));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ detail: 'This deployment has no guests.' });
  } finally {
    await closed.close();
  }
});
