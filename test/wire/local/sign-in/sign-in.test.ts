import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { SignInPages } from '#test/fixtures/sign-in-pages.ts';

let system: HostedTemplate;
let pages: SignInPages;
let issuer = '';
let clientId = '';

beforeAll(async () => {
  system = await hostTemplate('sam-http-api/template.yaml');
  pages = new SignInPages(system.state, 'http://localhost:3000/signed-in');
  ({ issuer, clientId } = pages);
});

afterAll(() => system.close());

test('the hosted page signs people in, in English and Japanese, and tells them who may', async () => {
  const browser = pages.browser();
  const english = await browser.go(pages.authorizeUrl());
  const text = await english.response.text();
  expect(text).toContain('<h1>Sign in</h1>');
  expect(text).toContain('<code>demo</code>');
  const japanese = await browser.go(english.url, { headers: { 'accept-language': 'ja-JP' } });
  expect(await japanese.response.text()).toContain('<h1>サインイン</h1>');
  const wrong = await pages.signInAs(browser, english.url, {
    username: 'demo',
    password: '<script>',
  });
  expect(wrong.response.status).toBe(401);
  expect(await wrong.response.text()).toContain('Incorrect user name or password.');
});

test('tokens have the claims of Cognito, and open what wants them', async () => {
  const tokens = await pages.signIn('demo');
  const { access_token: access = '', id_token: id = '' } = tokens;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(access, keys, { issuer });
  expect(payload).toMatchObject({
    token_use: 'access',
    client_id: clientId,
    username: 'demo',
    scope: 'openid email',
  });
  expect(payload.aud).toBeUndefined();
  const { payload: identity } = await jwtVerify(id, keys, { issuer, audience: clientId });
  expect(identity).toMatchObject({
    token_use: 'id',
    'cognito:username': 'demo',
    email: 'demo@example.com',
    sub: payload.sub,
  });
  const url = `${system.state.apis['Http']?.url}/me`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${access}` } });
  expect(await answer.json()).toMatchObject({ who: 'demo' });
});

test('a refresh token is good once, and a code is good once', async () => {
  const { refresh_token: first = '', access_token: access = '' } = await pages.signIn('demo');
  const refresh = (refreshToken: string): Promise<Response> =>
    pages.token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const renewed = (await (await refresh(first)).json()) as Record<string, string>;
  expect(decodeJwt(renewed['access_token'] ?? '').sub).toBe(decodeJwt(access).sub);
  expect((await refresh(first)).status).toBe(400);
  expect(
    (
      await pages.token({
        grant_type: 'authorization_code',
        code: 'made up',
        redirect_uri: 'http://localhost:3000/signed-in',
        code_verifier: 'made up',
      })
    ).status,
  ).toBe(400);
});

test.each([
  ['another page to come back to', { redirect_uri: 'https://evil.example.com/' }],
  ['a client that is not there', { client_id: 'nobody' }],
])('with %s nobody is asked to sign in', async (_, change) => {
  const { url, response } = await pages.browser().go(pages.authorizeUrl(change));
  expect(url.includes('/login/')).toBe(false);
  expect(await response.text()).not.toContain('<form');
});

test('what leads nowhere says so', async () => {
  expect((await fetch(`${new URL(issuer).origin}/us-east-1_NOTHING/oauth2/token`)).status).toBe(
    404,
  );
  expect((await fetch(`${issuer}/login/made-up`)).status).toBe(400);
});
