import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createServiceCaller } from '#local/gateway/service-caller.ts';
import { listen } from '#local/process/listen.ts';
import { callService, expandUri } from '#local/rest-api/integration/service-call.ts';

test.each([
  ['a%20b', 'http://up/items/a%20b/dev'],
  ['..', 'http://up/items//dev'],
  ['%2E%2e/x', 'http://up/items//x/dev'],
])('the parameter %s becomes %s', (id, expected) => {
  const uri = 'http://up/items/{id}/${stageVariables.stage}';
  expect(expandUri(uri, new Map([['id', id]]), { stage: 'dev' })).toBe(expected);
});

/** Returns what a call sends to the services. */
async function sent(
  target: Parameters<typeof callService>[1],
  query: Readonly<Record<string, string>> = {},
): Promise<{ url: string | undefined; headers: IncomingMessage['headers'] }> {
  const server = createServer((_, response) => response.end());
  const received = once(server, 'request');
  const port = await listen(server, { port: 0, option: '--port' });
  const caller = createServiceCaller({
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    region: 'us-east-1',
    gateway: () => `http://127.0.0.1:${port}`,
    endpoints: {},
  });
  await callService({ caller, hosts: () => true }, target, {
    method: 'POST',
    headers: new Map([
      ['content-type', 'text/plain'],
      ['host', 'elsewhere'],
    ]),
    query: new URLSearchParams(query),
    body: Buffer.from('body'),
    signal: AbortSignal.timeout(10_000),
  });
  server.closeAllConnections();
  server.close();
  const [request]: IncomingMessage[] = await received;
  return { url: request?.url, headers: request?.headers ?? {} };
}

test('an action is named in a header or in the query string, as the service wants it', async () => {
  const action = { type: 'action', action: 'StartExecution', query: '' } as const;
  const accept = 'application/json';
  expect(await sent({ service: 'states', call: action })).toMatchObject({
    url: '/',
    headers: {
      accept,
      'x-amz-target': 'AWSStepFunctions.StartExecution',
      'content-type': 'application/x-amz-json-1.0',
    },
  });
  const publish = { type: 'action', action: 'Publish', query: 'Subject=a' } as const;
  expect(await sent({ service: 'sns', call: publish }, { Message: 'x y' })).toMatchObject({
    url: '/?Subject=a&Message=x+y&Action=Publish',
    headers: { accept, 'content-type': 'text/plain' },
  });
});

test('a path is encoded once, and cannot leave a bucket', async () => {
  const paths = ['/bucket/a%20b/c:d', '/bucket/..%2Fother/x', '/bucket/%2e%2e/x'];
  const requests = await Promise.all(
    paths.map((path) => sent({ service: 's3', call: { type: 'path', path } })),
  );
  expect(requests.map(({ url }) => url)).toEqual([
    '/bucket/a%20b/c%3Ad',
    '/bucket//other/x',
    '/bucket//x',
  ]);
});

test('a header of the connection cannot be mapped', async () => {
  const { headers } = await sent({ service: 'sqs', call: { type: 'path', path: '/' } });
  expect(headers.host).toMatch(/^127\.0\.0\.1:/u);
});
