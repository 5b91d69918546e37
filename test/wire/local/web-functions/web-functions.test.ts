import net from 'node:net';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  hostWebFunctions,
  webFunction,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

let system: WebSystem;

beforeAll(async () => {
  system = await hostWebFunctions({
    ...webFunction('App'),
    ...webFunction('Signed', { endpoint: { AuthType: 'IamAuth' } }),
    ...webFunction('Blocked', { endpoint: { ThrottleConfig: { RateLimit: 0 } } }),
    ...webFunction('Short', { service: { TimeoutSeconds: 3 } }),
    ...webFunction('Two', {
      service: { MaxConcurrencyPerEnvironment: 1, EnvironmentVariables: { STAGE: 'test' } },
      endpoint: { ScalingConfig: { MaxEnvironments: 2 } },
    }),
    ...webFunction('Fragile'),
  });
});

afterAll(() => system.close());

const call = (logicalId: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(webUrl(system, logicalId) + path, init);

/** What the server of the fixtures has received. */
interface Echo {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly bytes: number;
  readonly pid: number;
}

const echo = async (response: Response): Promise<Echo> => (await response.json()) as Echo;

/** Sends bytes to an endpoint and returns everything that comes back. */
async function exchange(logicalId: string, text: string): Promise<string> {
  const socket = net.connect(Number(new URL(webUrl(system, logicalId)).port), '127.0.0.1');
  let received = '';
  socket.on('data', (data) => (received += data.toString('latin1')));
  socket.write(text);
  // An endpoint may reset the connection.
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined).once('close', () => resolve());
  await closed;
  return received;
}

const request = (line: string, ...headers: readonly string[]): string =>
  [line, ...headers, 'connection: close', '', ''].join('\r\n');

/** Calls the API of web functions. */
async function read(
  method: 'GET' | 'POST',
  path: string,
  input?: object,
): Promise<Record<string, unknown>> {
  const { credentials, region, endpoints } = system.state;
  const client = new AwsClient({ ...credentials, service: 'lambda', region, retries: 0 });
  const slash = path === '' ? '' : '/';
  const response = await client.fetch(`${endpoints.aws}/2025-03-07/web-functions${slash}${path}`, {
    method,
    ...(input === undefined ? {} : { body: JSON.stringify(input) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Returns the log lines of a web function, from its group, as objects. */
function logOf(logicalId: string): readonly Record<string, unknown>[] {
  const prefix = `${logicalId}Revision  `;
  return system.lines
    .filter((line) => line.startsWith(prefix))
    .map((line) => JSON.parse(line.slice(prefix.length)) as Record<string, unknown>);
}

test('a request reaches the server as it was sent, and its response comes back', async () => {
  const response = await call('App', 'echo?a=1&b=%20', { method: 'PUT', body: 'Hello' });
  expect(response.status).toBe(200);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(response.headers.get('lambda-web-request-id')).toMatch(/^[A-Z2-7]{26}$/u);
  expect(response.headers.get('lambda-web-logstream')).toMatch(/^\d{4}\/\d\d\/\d\d\/\[/u);
  expect(response.headers.has('x-hop')).toBe(false);
  const received = await echo(response);
  expect(received).toMatchObject({ method: 'PUT', url: '/echo?a=1&b=%20', body: 'Hello' });
  expect(received.rawHeaders).toContain('lambda-web-endpoint-name');
  expect(received.rawHeaders).toContain('prod');
});

test('headers of the connection and headers that only Lambda may write are removed', async () => {
  const removed = [
    'keep-alive: timeout=5',
    'upgrade: websocket',
    'te: trailers',
    'trailer: x-end',
    'proxy-authorization: Basic YQ==',
    'proxy-connection: keep-alive',
    'x-real-ip: 10.0.0.1',
    'x-http-method-override: DELETE',
    'lambda-web-request-id: forged',
    'x-named: 1',
  ];
  const text = await exchange(
    'App',
    request(
      'GET /echo HTTP/1.1',
      'host: localhost',
      'connection: x-named',
      ...removed,
      'x-forwarded-for: 10.0.0.9',
      'x-forwarded-host: example.com',
    ),
  );
  const received = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) as Echo;
  const names = received.rawHeaders.filter((_, index) => index % 2 === 0);
  expect(names.map((name) => name.toLowerCase()).toSorted()).toEqual([
    'connection',
    'host',
    'lambda-web-endpoint-name',
    'lambda-web-request-id',
    'x-forwarded-for',
    'x-forwarded-host',
  ]);
  expect(received.rawHeaders).toContain('10.0.0.9, 127.0.0.1');
  expect(received.rawHeaders).not.toContain('forged');
});

test.each([
  ['HTTP/1.0', request('GET / HTTP/1.0', 'host: localhost'), 505],
  ['a missing host', request('GET / HTTP/1.1'), 400],
  ['another host', request('GET / HTTP/1.1', 'host: example.com'), 404],
  ['TRACE', request('TRACE / HTTP/1.1', 'host: localhost'), 400],
  ['a method of WebDAV', request('PROPFIND / HTTP/1.1', 'host: localhost'), 400],
  ['CONNECT', request('CONNECT a:1 HTTP/1.1', 'host: localhost'), 400],
  ['an unknown method', request('BREW / HTTP/1.1', 'host: localhost'), 400],
  [
    'too many header lines',
    request('GET / HTTP/1.1', 'host: localhost', ...Array<string>(6_300).fill('x-a: 1')),
    431,
  ],
])('%s is refused before the server sees it', async (_, text, status) => {
  expect(await exchange('App', text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, 'u'));
});

test('too many bytes of headers end the connection without a response', async () => {
  const large = `x-large: ${'x'.repeat(600_000)}`;
  expect(await exchange('App', request('GET / HTTP/1.1', 'host: localhost', large))).toBe('');
});

test('the domain name of the endpoint on AWS is one of its hosts', async () => {
  const { domainName } = await read('GET', 'App-web/endpoints/prod');
  expect(domainName).toMatch(/^[a-z\d]{16}\.b7t\.lambda-web\.us-east-1\.on\.aws$/u);
  const text = await exchange('App', request('GET /left HTTP/1.1', `host: ${String(domainName)}`));
  expect(text).toMatch(/^HTTP\/1\.1 200 /u);
});

test('with IamAuth a request is signed, and always has the hash of its body', async () => {
  const { credentials, region } = system.state;
  const client = new AwsClient({ ...credentials, service: 'lambda', region, retries: 0 });
  const url = `${webUrl(system, 'Signed')}echo`;
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const signed = await client.fetch(url, { headers: { 'x-amz-content-sha256': empty } });
  expect(signed.status).toBe(200);
  expect((await echo(signed)).rawHeaders.map((name) => name.toLowerCase())).not.toContain(
    'authorization',
  );
  expect((await client.fetch(url)).status).toBe(403);
  expect((await fetch(url)).status).toBe(403);
  const other = await client.fetch(url, {
    method: 'POST',
    body: 'not what was signed',
    headers: { 'x-amz-content-sha256': empty },
  });
  expect(other.status).toBe(403);
});

test('a rate limit of 0 blocks all requests', async () => {
  expect((await call('Blocked', 'echo')).status).toBe(429);
});

test('an environment answers as many requests as it may, and further ones are throttled', async () => {
  const held = await Promise.all(['a', 'b'].map((name) => call('Two', `hold?name=${name}`)));
  expect(held.map(({ status }) => status)).toEqual([200, 200]);
  const throttled = await call('Two', 'echo');
  expect(throttled.status).toBe(429);
  await Promise.all(held.map((response) => response.body?.cancel()));
  await expect.poll(async () => (await call('Two', 'echo')).status).toBe(200);
  const streams = held.map((response) => response.headers.get('lambda-web-logstream'));
  expect(new Set(streams).size).toBe(2);
});

test('variables are those of a web function', async () => {
  const variables = (await (await call('Two', 'environment')).json()) as Record<string, string>;
  expect(variables).toMatchObject({
    STAGE: 'test',
    AWS_LAMBDA_HTTP_ENDPOINT: expect.stringMatching(/^127\.0\.0\.1:\d+$/u),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'native-http',
    AWS_REGION: system.state.region,
    AWS_ENDPOINT_URL: system.state.endpoints.aws,
  });
  expect(variables).not.toHaveProperty('AWS_LAMBDA_FUNCTION_NAME');
  expect(variables).not.toHaveProperty('HOME');
});

test('a caller who leaves is seen by the server', async () => {
  const held = await call('App', 'hold?name=leaver');
  await held.body?.cancel();
  await expect.poll(async () => (await call('App', 'left')).json()).toContain('leaver');
});

test.concurrent('a response that has not begun is 504 at the timeout', async () => {
  const response = await call('Short', 'never');
  expect(response.status).toBe(504);
  expect(response.headers.get('lambda-web-error-type')).toBe('Runtime.RequestTimeout');
  await expect.poll(async () => (await call('Short', 'left')).json()).toContain('never');
});

test.concurrent('a stream just ends at the timeout', async () => {
  const response = await call('Short', 'hold?name=late');
  expect(response.status).toBe(200);
  expect(response.headers.has('lambda-web-error-type')).toBe(false);
  expect(await response.text()).toBe('held');
});

test.concurrent('a large upload that is answered while it arrives hangs until the timeout', async () => {
  const large = await call('Short', 'early', { method: 'POST', body: 'x'.repeat(8_000_000) });
  expect(large.status).toBe(504);
  const small = await call('Short', 'early', { method: 'POST', body: 'x'.repeat(1_000) });
  expect(await small.text()).toBe('early');
  const read = await call('App', 'echo', { method: 'POST', body: 'x'.repeat(8_000_000) });
  expect((await echo(read)).bytes).toBe(8_000_000);
});

test('a server that ends fails its requests, and the next one gets a new environment', async () => {
  const held = await call('Fragile', 'hold?name=streaming');
  expect((await call('Fragile', 'exit')).status).toBe(502);
  await expect(held.text()).rejects.toThrow();
  expect((await call('Fragile', 'echo')).status).toBe(200);
  expect(logOf('Fragile')).toContainEqual(
    expect.objectContaining({
      level: 'ERROR',
      message: 'The process of the environment ended: exit status 3',
    }),
  );
});

test('log lines are JSON with their request, in the group of the web function', async () => {
  const response = await call('App', 'log');
  await response.text();
  const requestId = response.headers.get('lambda-web-request-id');
  const own = { requestId, endpointName: 'prod', region: system.state.region };
  await expect
    .poll(() => logOf('App').filter((line) => line['requestId'] === requestId))
    .toEqual([
      { timestamp: expect.any(String), level: 'INFO', message: 'plain', ...own },
      { timestamp: expect.any(String), level: 'WARN', message: { deep: true }, ...own },
    ]);
  const types = logOf('App').map((line) => line['type'] ?? line['message']);
  expect(types).toEqual(expect.arrayContaining(['raw', 'platform.initStart']));
  expect(logOf('App')).toContainEqual(
    expect.objectContaining({
      type: 'platform.initReport',
      record: expect.objectContaining({ status: 'success' }),
    }),
  );
  await expect
    .poll(() => logOf('App'))
    .toContainEqual(
      expect.objectContaining({
        type: 'platform.invokeSummary',
        record: expect.objectContaining({ requestId, status: 'success' }),
      }),
    );
});

test('the API lists web functions, endpoints and revisions, and returns each', async () => {
  const first = await read('POST', '', { maxResults: 2 });
  expect(first).toMatchObject({
    functions: [
      { functionName: 'App-web', state: 'Active' },
      { functionName: 'Signed-web', state: 'Active' },
    ],
  });
  const second = await read('POST', '', { nextToken: first['nextToken'] });
  expect(second).toMatchObject({ functions: { length: 4 } });
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:web-function/Two-web';
  expect(await read('GET', encodeURIComponent(functionArn))).toMatchObject({ functionArn });
  const { revisions } = (await read('POST', 'Two-web/list-revisions', {})) as {
    revisions: readonly { revisionId: string; revisionArn: string }[];
  };
  const [revision] = revisions;
  expect(revision?.revisionArn).toBe(`${functionArn}/revision/${revision?.revisionId}`);
  expect(await read('GET', `Two-web/revisions/${revision?.revisionId}`)).toMatchObject({
    functionArn,
    buildConfig: { runtimeConfig: { runtime: 'nodejs24.x' } },
    serviceConfig: { maxConcurrencyPerEnvironment: 1, environmentVariables: { STAGE: 'test' } },
  });
  expect(
    await read('POST', 'Two-web/list-endpoints', {
      filters: [{ name: 'authType', values: ['ApplicationManaged'] }],
    }),
  ).toMatchObject({
    endpoints: [
      {
        endpointArn: `${functionArn}/endpoint/prod`,
        scalingConfig: { maxEnvironments: 2 },
        revisionWeights: [{ revisionId: revision?.revisionId, weight: 100 }],
      },
    ],
  });
  expect(await read('GET', 'Missing')).toMatchObject({ Type: 'User' });
});
