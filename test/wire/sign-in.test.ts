import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '../fixtures/host-template.ts';

let system: HostedTemplate;
let issuer = '';
let clientId = '';

beforeAll(async () => {
  system = await hostTemplate('sam-http-api/template.yaml');
  ({ issuer = '', clientId = '' } = system.state.signIn ?? {});
});

afterAll(() => system.close());

const redirect = 'http://localhost:3000/signed-in';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

interface Going extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** As much of a browser as signing in needs: it keeps cookies and follows redirects of the issuer. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async go(
    url: string,
    { headers: language = {}, ...init }: Going = {},
  ): Promise<{ readonly url: string; readonly response: Response }> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie, ...language },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(set) ?? [];
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const next = location === null ? undefined : new URL(location, url).href;
    return next?.startsWith(new URL(issuer).origin) === true
      ? this.go(next)
      : { url: next ?? url, response };
  }
}

function authorizeUrl(more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirect,
    scope: 'openid email',
    state: 'mine',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  });
  return `${issuer}/oauth2/authorize?${parameters.toString()}`;
}

const signInAs = (browser: Browser, url: string, username: string, password: string) =>
  browser.go(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username, password }).toString(),
  });

const token = (form: Record<string, string>): Promise<Response> =>
  fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...form }),
  });

async function signIn(): Promise<Record<string, string>> {
  const browser = new Browser();
  const [user = { username: '', password: '' }] = system.state.signIn?.users ?? [];
  const page = await browser.go(authorizeUrl());
  const back = new URL((await signInAs(browser, page.url, user.username, user.password)).url);
  expect(`${back.origin}${back.pathname}`).toBe(redirect);
  expect(back.searchParams.get('state')).toBe('mine');
  const code = back.searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirect,
    code_verifier: verifier,
  };
  return (await (await token(form)).json()) as Record<string, string>;
}

test('the hosted page signs people in, in English and Japanese, and tells them who may', async () => {
  const browser = new Browser();
  const english = await browser.go(authorizeUrl());
  const text = await english.response.text();
  expect(text).toContain('<h1>Sign in</h1>');
  expect(text).toContain('<code>demo</code>');
  const japanese = await browser.go(english.url, { headers: { 'accept-language': 'ja-JP' } });
  expect(await japanese.response.text()).toContain('<h1>サインイン</h1>');
  const wrong = await signInAs(browser, english.url, 'demo', '<script>');
  expect(wrong.response.status).toBe(401);
  expect(await wrong.response.text()).toContain('Incorrect user name or password.');
});

test('tokens have the claims of Cognito, and open what wants them', async () => {
  const tokens = await signIn();
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
  const { refresh_token: first = '', access_token: access = '' } = await signIn();
  const refresh = (refreshToken: string): Promise<Response> =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const renewed = (await (await refresh(first)).json()) as Record<string, string>;
  expect(decodeJwt(renewed['access_token'] ?? '').sub).toBe(decodeJwt(access).sub);
  expect((await refresh(first)).status).toBe(400);
  expect(
    (
      await token({
        grant_type: 'authorization_code',
        code: 'made up',
        redirect_uri: redirect,
        code_verifier: verifier,
      })
    ).status,
  ).toBe(400);
});

test.each([
  ['another page to come back to', { redirect_uri: 'https://evil.example.com/' }],
  ['a client that is not there', { client_id: 'nobody' }],
])('with %s nobody is asked to sign in', async (_, change) => {
  const { url, response } = await new Browser().go(authorizeUrl(change));
  expect(url.includes('/login/')).toBe(false);
  expect(await response.text()).not.toContain('<form');
});

test('what leads nowhere says so', async () => {
  expect((await fetch(`${new URL(issuer).origin}/us-east-1_NOTHING/oauth2/token`)).status).toBe(
    404,
  );
  expect((await fetch(`${issuer}/login/made-up`)).status).toBe(400);
});
