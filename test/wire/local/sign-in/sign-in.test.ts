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

test('the sign-in page is in English or Japanese and lists the demo user', async () => {
  const browser = pages.browser();
  const english = await browser.go(pages.authorizeUrl());
  const text = await english.response.text();
  expect(text).toContain('<h1>Sign in</h1>');
  expect(text).toContain('<code>demo</code>');
  // The client has no name of its own, and a template without CDK is the stack `local`.
  expect(text).toContain('<p>to local</p>');
  expect(text).toContain('color-scheme: light dark');
  const japanese = await browser.go(english.url, { headers: { 'accept-language': 'ja-JP' } });
  expect(await japanese.response.text()).toContain('<h1>サインイン</h1>');
  const wrong = await pages.signInAs(browser, english.url, {
    username: 'demo',
    password: '<script>',
  });
  expect(wrong.response.status).toBe(401);
  expect(await wrong.response.text()).toContain('Incorrect user name or password.');
});

test('tokens have the claims of Cognito and are accepted by the API', async () => {
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
  const response = await fetch(url, { headers: { authorization: `Bearer ${access}` } });
  expect(await response.json()).toMatchObject({ who: 'demo' });
});

test('a refresh token works once, and an invalid code is refused with 400', async () => {
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
  ['an unregistered redirect URI', { redirect_uri: 'https://evil.example.com/' }],
  ['an unknown client', { client_id: 'unknown' }],
])('a request with %s does not show the sign-in form', async (_, change) => {
  const { url, response } = await pages.browser().go(pages.authorizeUrl(change));
  expect(url.includes('/login/')).toBe(false);
  expect(await response.text()).not.toContain('<form');
});

test('an unknown user pool returns 404 and an unknown sign-in page 400', async () => {
  expect((await fetch(`${new URL(issuer).origin}/us-east-1_NOTHING/oauth2/token`)).status).toBe(
    404,
  );
  expect((await fetch(`${issuer}/login/made-up`)).status).toBe(400);
});
