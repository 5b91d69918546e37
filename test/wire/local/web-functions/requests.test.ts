import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  exchangeBytes,
  hostWebFunctions,
  requestBytes,
  webFunction,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

let system: WebSystem;

beforeAll(async () => {
  system = await hostWebFunctions({
    ...webFunction('App'),
    ...webFunction('Signed', { endpoint: { AuthType: 'IamAuth' } }),
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
  const text = await exchangeBytes(
    webUrl(system, 'App'),
    requestBytes(
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
  ['HTTP/1.0', requestBytes('GET / HTTP/1.0', 'host: localhost'), 505],
  ['a missing host', requestBytes('GET / HTTP/1.1'), 400],
  ['another host', requestBytes('GET / HTTP/1.1', 'host: example.com'), 404],
  ['TRACE', requestBytes('TRACE / HTTP/1.1', 'host: localhost'), 400],
  ['a method of WebDAV', requestBytes('PROPFIND / HTTP/1.1', 'host: localhost'), 400],
  ['CONNECT', requestBytes('CONNECT a:1 HTTP/1.1', 'host: localhost'), 400],
  ['an unknown method', requestBytes('BREW / HTTP/1.1', 'host: localhost'), 400],
  [
    'too many header lines',
    requestBytes('GET / HTTP/1.1', 'host: localhost', ...Array<string>(6_300).fill('x-a: 1')),
    431,
  ],
])('%s is refused before the server sees it', async (_, text, status) => {
  expect(await exchangeBytes(webUrl(system, 'App'), text)).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} `, 'u'),
  );
});

test('too many bytes of headers end the connection without a response', async () => {
  const large = `x-large: ${'x'.repeat(600_000)}`;
  expect(
    await exchangeBytes(
      webUrl(system, 'App'),
      requestBytes('GET / HTTP/1.1', 'host: localhost', large),
    ),
  ).toBe('');
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

test('a server sees an upgrade as a plain GET', async () => {
  const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';
  const upgrade = ['connection: upgrade', 'upgrade: websocket', key];
  const text = await exchangeBytes(
    webUrl(system, 'App'),
    requestBytes('GET /echo HTTP/1.1', 'host: localhost', ...upgrade),
  );
  expect(text).toMatch(/^HTTP\/1\.1 200 /u);
  expect(text).toContain('"method":"GET"');
});

test('pages of other origins are refused, and pages of this machine are not', async () => {
  const from = (origin: string): Promise<Response> => call('App', 'echo', { headers: { origin } });
  expect((await from('https://example.com')).status).toBe(403);
  expect((await from('http://localhost:3000')).status).toBe(200);
});
