import {
  CognitoIdentityProviderClient,
  GetUserCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { AwsClient } from 'aws4fetch';
import { expect, test } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { hostTemplate } from '#test/fixtures/host-template.ts';

test('SAM: a REST API streams and requires a key whose usage plan throttles', async () => {
  await using system = await hostTemplate('sam-rest-streaming/template.yaml', {
    clock: createVirtualClock(),
  });
  const { url, apiKeys: [key = ''] = [] } = system.state.apis['Api'] ?? { url: '' };
  expect(system.state.outputs['Url']).toBe(url);
  expect(url).toMatch(/\/live$/u);
  const ask = (headers: Record<string, string> = { 'x-api-key': key }): Promise<Response> =>
    fetch(`${url}/words/rivers/and/lakes`, { method: 'POST', headers });
  const response = await ask();
  const chunks = await Array.fromAsync(response.body ?? []);
  expect(chunks.length).toBeGreaterThan(1);
  expect(Buffer.concat(chunks).toString('utf8')).toBe('friendly\nrivers/and/lakes\nPOST\n');
  expect((await ask({})).status).toBe(403);
  expect((await ask({ 'x-api-key': 'wrong' })).status).toBe(403);
  const statuses = [(await ask()).status, (await ask()).status];
  expect(statuses).toEqual([200, 200]);
  const throttled = await ask();
  expect(throttled.status).toBe(429);
  expect(throttled.headers.get('retry-after')).toBe('1');
  expect(await throttled.json()).toEqual({ 'slow down': 'Too Many Requests' });
});

test('CORS allows only the origin that the API declares', async () => {
  await using system = await hostTemplate('sam-rest-streaming/template.yaml');
  const url = `${system.state.apis['Api']?.url}/words/a`;
  const preflight = (origin: string): Promise<Response> =>
    fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  const allowed = await preflight('https://app.example.com');
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-methods')).toBe('OPTIONS,POST');
  expect((await preflight('https://evil.example.com')).status).toBe(403);
  expect((await fetch(url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
});

test('OpenAPI: a token authorizer applies its policies and caches them', async () => {
  await using system = await hostTemplate('cfn-openapi/template.yaml');
  const url = `${system.state.apis['Api']?.url}/notes?folder=a`;
  const write = (token: string | undefined, path = url): Promise<Response> =>
    fetch(path, {
      method: 'POST',
      body: '{"text":"hi"}',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: token }),
      },
    });
  const response = await write('Bearer friend');
  expect(response.status).toBe(201);
  const integrationLatency = expect.any(Number) as number;
  const by = { principalId: 'friend', calls: '1', integrationLatency };
  expect(await response.json()).toEqual({ text: 'hi', by });
  const cached = { calls: '1', integrationLatency: 0 };
  expect(await (await write('Bearer friend')).json()).toMatchObject({ by: cached });
  const refusals = await Promise.all(
    [undefined, 'friend', 'Bearer nobody', 'Bearer enemy', 'Bearer stranger', 'Bearer broken'].map(
      async (token) => {
        const refused = await write(token);
        const own = refused.headers.get('access-control-allow-origin');
        expect(own).toBe(refused.status < 500 ? '*' : null);
        return [refused.status, await refused.json()] as const;
      },
    ),
  );
  const denied = 'User is not authorized to access this resource';
  expect(refusals).toEqual([
    [401, { message: 'Unauthorized' }],
    [401, { message: 'Unauthorized' }],
    [401, { message: 'Unauthorized' }],
    [403, { Message: `${denied} with an explicit deny` }],
    [403, { Message: denied }],
    [500, { message: null }],
  ]);
});

test.each([
  ['/notes', '{"text":"hi"}', 'Missing required request parameters: [folder]'],
  ['/notes?folder=a', '{"text":7}', 'Invalid request body'],
  ['/notes?folder=a', '{"text":"much too long for a note"}', 'Invalid request body'],
  ['/notes?folder=a', 'no json', 'Invalid request body'],
])('OpenAPI: POST %s with the body %s is refused: %s', async (path, body, message) => {
  await using system = await hostTemplate('cfn-openapi/template.yaml');
  const headers = { 'content-type': 'application/json', authorization: 'Bearer friend' };
  const response = await fetch(`${system.state.apis['Api']?.url}${path}`, {
    method: 'POST',
    headers,
    body,
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ message });
});

test('OpenAPI: mock integrations render templates, and IAM requires a signature', async () => {
  await using system = await hostTemplate('cfn-openapi/template.yaml');
  const { credentials, apis } = system.state;
  const url = `${apis['Api']?.url}/whoami`;
  expect(await (await fetch(url)).json()).toEqual({ message: 'Missing Authentication Token' });
  const signer = new AwsClient({ ...credentials, region: 'us-east-1', service: 'execute-api' });
  for (const path of [url, `${url}/`]) {
    expect(await (await signer.fetch(path)).json()).toEqual({
      key: credentials.accessKeyId,
      path: '/whoami',
      place: 'aws:us-east-1:000000000000',
    });
  }
  const teapot = await signer.fetch(`${url}?teapot=yes`);
  expect([teapot.status, await teapot.json()]).toEqual([418, { i: 'am a teapot' }]);
  const wrong = new AwsClient({
    ...credentials,
    secretAccessKey: 'x',
    region: 'us-east-1',
    service: 'execute-api',
  });
  expect((await wrong.fetch(url)).status).toBe(403);
});

test('HTTP API: a route accepts Cognito tokens and passes on their claims', async () => {
  await using system = await hostTemplate('sam-http-api/template.yaml');
  const url = system.state.apis['Http']?.url ?? '';
  const { users: [user = { username: '', password: '' }] = [], clientId: ClientId = '' } =
    system.state.signIn ?? {};
  const cognito = new CognitoIdentityProviderClient(system.config);
  const signIn = (password: string) =>
    cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: user.username, PASSWORD: password },
      }),
    );
  await expect(signIn('wrong')).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  const { AuthenticationResult: tokens = {} } = await signIn(user.password);
  const me = (token: string): Promise<Response> =>
    fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(await (await me(tokens.AccessToken ?? '')).json()).toEqual({
    who: 'demo',
    rawPath: '/me',
  });
  expect((await fetch(`${url}/me`)).status).toBe(401);
  const forged = await me(`${tokens.AccessToken?.slice(0, -4)}AAAA`);
  expect(forged.status).toBe(401);
  expect(forged.headers.get('www-authenticate')).toContain('invalid_token');
  const AccessToken = tokens.AccessToken ?? '';
  expect(await cognito.send(new GetUserCommand({ AccessToken }))).toMatchObject({
    Username: 'demo',
  });
  const refreshed = await cognito.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: tokens.RefreshToken ?? '' },
    }),
  );
  expect((await me(refreshed.AuthenticationResult?.IdToken ?? '')).status).toBe(200);
});

test('HTTP API: public routes, parameters, a simple authorizer and CORS work', async () => {
  await using system = await hostTemplate('sam-http-api/template.yaml');
  const url = system.state.apis['Http']?.url ?? '';
  const open = await fetch(`${url}/open/a%20b`, { headers: { origin: 'https://app.example.com' } });
  expect(await open.json()).toEqual({
    who: null,
    pathParameters: { name: 'a b' },
    rawPath: '/open/a b',
  });
  expect(open.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  const secret = (word: string): Promise<Response> =>
    fetch(`${url}/secret`, { headers: { 'x-secret': word } });
  expect(await (await secret('open sesame')).json()).toMatchObject({ who: 'REQUEST 1 secret' });
  expect(await (await secret('open sesame')).json()).toMatchObject({ who: 'REQUEST 1 secret' });
  expect((await secret('wrong')).status).toBe(403);
  expect((await fetch(`${url}/secret`)).status).toBe(401);
  const missing = await fetch(`${url}/nowhere`);
  expect([missing.status, await missing.json()]).toEqual([404, { message: 'Not Found' }]);
});
