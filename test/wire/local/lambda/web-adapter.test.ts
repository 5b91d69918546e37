import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostTemplate('web-adapter/template.yaml');
});

afterAll(() => system.close());

const address = (name: 'NodeApp' | 'ServerlessRestApi' | 'ServerlessHttpApi'): string => {
  const { apis, outputs } = system.state;
  return name === 'NodeApp' ? (outputs['Node'] ?? '').replace(/\/$/u, '') : (apis[name]?.url ?? '');
};

test('a web application streams events through a Function URL and a REST API', async () => {
  for (const name of ['NodeApp', 'ServerlessRestApi'] as const) {
    const response = await fetch(`${address(name)}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
    expect(chunks[0]).toBe('data: 1\n\n');
    expect(chunks.join('')).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
  }
});

test('a Python application streams from the port that it names itself', async () => {
  const [one, two] = await Promise.all(
    [1, 2].map(async () => (await fetch(system.state.outputs['Python'] ?? '')).text()),
  );
  expect(one).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
  expect(two).toBe(one);
});

test('requests reach the application as their callers sent them, with what Lambda adds', async () => {
  const response = await fetch(`${address('ServerlessHttpApi')}/base/a%20b/base?x=1&x=%26`, {
    method: 'POST',
    headers: { cookie: 'a=1; b=2', 'x-token': 'secret', 'content-type': 'text/plain' },
    body: 'héllo',
  });
  expect(await response.json()).toMatchObject({
    method: 'POST',
    url: '/a%20b/base?x=1&x=%26',
    body: 'héllo',
    headers: { cookie: 'a=1; b=2', authorization: 'secret' },
    context: { http: { method: 'POST' }, stage: '$default' },
    lambda: {
      request_id: expect.stringMatching(/^[\da-f-]{36}$/u),
      deadline: expect.any(Number),
      env_config: { function_name: 'local-BufferedApp', memory: 256, version: '$LATEST' },
    },
  });
  const rest = await fetch(`${address('ServerlessRestApi')}/base/other?x=1&x=2`, {
    headers: { 'x-many': 'one', 'accept-encoding': 'identity' },
  });
  expect(await rest.json()).toMatchObject({
    url: '/other?x=1&x=2',
    headers: { 'x-many': 'one', 'accept-encoding': 'identity' },
    context: { stage: 'Prod', httpMethod: 'GET' },
  });
});

test('responses keep their status, cookies and bytes, and are compressed if asked', async () => {
  const url = `${address('ServerlessHttpApi')}/base`;
  const cookies = await fetch(`${url}/cookies`);
  expect([cookies.status, cookies.headers.getSetCookie()]).toEqual([201, ['a=1', 'b=2']]);
  const bytes = await fetch(`${url}/bytes`);
  expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([0, 255, 128]));
  const compressed = await fetch(`${url}/long`, { headers: { 'accept-encoding': 'gzip' } });
  expect(compressed.headers.get('content-encoding')).toBe('gzip');
  expect(await compressed.json()).toMatchObject({ url: '/long' });
});

test('other events are posted to a path, and a status can be an error of the invocation', async () => {
  const lambda = new LambdaClient(system.config);
  const call = async (event: unknown): Promise<unknown> => {
    const Payload = JSON.stringify(event);
    const input = { FunctionName: 'local-BufferedApp', Payload };
    const { Payload: result } = await lambda.send(new InvokeCommand(input));
    return JSON.parse(result?.transformToString() ?? '');
  };
  const event = { Records: [{ body: 'one' }] };
  expect(await call(event)).toEqual({ event, context: null });
  expect(await call({ httpMethod: 'GET', path: '/fail', requestContext: {} })).toMatchObject({
    errorMessage: 'Request failed with configured error status code: 503',
  });
});

test('what is not served is said at the start', () => {
  expect(system.state.notices).toEqual([
    'BufferedApp: AWS_LWA_LAMBDA_RUNTIME_API_PROXY has no effect here',
    'Plain: the Lambda Web Adapter needs AWS_LAMBDA_EXEC_WRAPPER=/opt/bootstrap',
  ]);
});
