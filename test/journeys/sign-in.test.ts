import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { templateWithIssuer } from '#test/fixtures/changed-template.ts';
import { SignInPages } from '#test/fixtures/sign-in-pages.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { issueToken, startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';

let system: StreambedSystem;
let other: TokenIssuer;
let pages: SignInPages;

beforeAll(async () => {
  other = await startTokenIssuer();
  system = await startSystem({ template: await templateWithIssuer(other.origin) });
  pages = new SignInPages(system.state, 'http://localhost:3000/chat');
});
afterAll(async () => {
  await system.close();
  other.close();
});

function withToken(token: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`${system.state.apis['Api']?.url}${path}`, { ...init, headers });
}

const idsOf = async (token: string): Promise<readonly string[]> => {
  const answer = await withToken(token, '/conversations');
  const { conversations } = (await answer.json()) as {
    conversations: readonly { conversation_id: string }[];
  };
  return conversations.map(({ conversation_id: id }) => id);
};

const chat = async (token: string): Promise<string> => {
  const answer = await withToken(token, '/chat', post({ message: 'Hello' }));
  const body = (await answer.json()) as { conversation_id: string };
  expect([answer.status, body]).toEqual([200, body]);
  return body.conversation_id;
};

test('the tokens from the hosted sign-in pages work, and can be refreshed', async () => {
  const { access_token: access = '', refresh_token = '' } = await pages.signIn('demo');
  const id = await chat(access);
  expect(await idsOf(access)).toEqual([id]);
  const grant = { grant_type: 'refresh_token', refresh_token };
  const renewed = (await (await pages.token(grant)).json()) as { access_token: string };
  expect(await idsOf(renewed.access_token)).toEqual([id]);
  const guest = await pages.signIn('guest');
  expect(await idsOf(guest['access_token'] ?? '')).toEqual([]);
});

test('tokens of another issuer are accepted, and equal subjects of two issuers are different owners', async () => {
  const { access_token: access = '' } = await pages.signIn('demo');
  const [, payload = ''] = access.split('.');
  const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
  const [ada, sameSubject] = await Promise.all([
    issueToken(other, { sub: 'ada' }),
    issueToken(other, { sub }),
  ]);
  const id = await chat(ada);
  expect(await idsOf(ada)).toEqual([id]);
  expect(await idsOf(sameSubject)).toEqual([]);
  expect((await withToken(sameSubject, `/conversations/${id}`)).status).toBe(404);
  for (const claims of [
    { sub: 'ada', aud: 'others' },
    { sub: 'ada', iss: 'https://a.example' },
  ]) {
    expect((await withToken(await issueToken(other, claims), '/conversations')).status).toBe(401);
  }
});

test.each([
  [303, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }],
  [403, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  [403, { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  [403, { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', origin: 'https://a.example' }],
])('the sign-in pages answer %i to another site that sends %o', async (status, headers) => {
  // `fetch` sets these headers itself.
  const request = http.get(pages.authorizeUrl(), {
    headers: { 'sec-fetch-site': 'cross-site', ...headers },
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(status);
});
