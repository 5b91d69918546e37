import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import {
  APIGatewayClient,
  GetResourcesCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listen } from '#local/process/listen.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request);
    const { method, url, headers } = request;
    // A request for /items/slow gets no response.
    if (url?.includes('slow') === true) return;
    response.writeHead(url?.includes('odd') === true ? 409 : 201);
    response.end(JSON.stringify({ method, url, headers, body: chunks.join('') }));
  });
  const port = await listen(upstream, { port: 0, option: '--port' });
  const parameters = { Upstream: `http://127.0.0.1:${port}` };
  system = await hostTemplate('cfn-integrations/template.yaml', { parameters });
});

afterAll(async () => {
  await system.close();
  upstream.closeAllConnections();
  upstream.close();
  await once(upstream, 'close');
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function call(path: string, init: RequestInit = {}, api = 'Api'): Promise<Answer> {
  const response = await fetch(`${system.state.apis[api]?.url}${path}`, init);
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function send(method: string, body: unknown, type = 'application/json'): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, body: text, headers: { 'content-type': type } };
}

const failed = { message: 'Internal server error' };

test('an execution gets its input by a template, and its output is the response', async () => {
  const body = { marks: [5, 6], note: 'it\'s "quoted" \\ twice\n' };
  const passed = await call('/a%20b?by=Ada%20L', send('POST', body), 'Grades');
  expect(passed).toMatchObject({
    status: 200,
    body: { total: 11, class: 'a b', by: 'Ada L', caller: '' },
  });
  expect(passed.headers.get('content-type')).toBe('application/json');
});

test('a template overrides the status of a failed execution', async () => {
  expect(await call('/a', send('POST', {}), 'Grades')).toMatchObject({
    status: 500,
    body: { error: 'NoMarks', cause: 'Nobody has "marks".' },
  });
});

test('an error of the service is mapped by its status, with headers from everywhere', async () => {
  const refused = await call('/a', send('POST', 'no json'), 'Grades');
  expect(refused).toMatchObject({ status: 400, body: { error: 'Bad request' } });
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'x-term': 'spring',
    'x-type': expect.stringContaining('InvalidExecutionInput'),
    'x-media': 'application/x-amz-json-1.0',
    'x-path': '/{class}',
  });
});

test('a content type without a template is refused, or passes if there is none at all', async () => {
  const refused = await call('/a', send('POST', '{}', 'text/plain'), 'Grades');
  expect(refused).toMatchObject({ status: 415, body: { message: 'Unsupported Media Type' } });
  expect(await call('/orders/1', send('PUT', '{}', 'text/csv'))).toMatchObject({ status: 415 });
  const stateMachineArn = system.state.stateMachines['Grade'];
  const started = send('POST', { stateMachineArn, input: '{}' }, 'text/plain');
  expect(await call('/executions', started)).toMatchObject({
    status: 200,
    body: { executionArn: expect.stringContaining(':express:') },
  });
});

test('items are written and read, and a missing one is 404 by its template', async () => {
  expect(await call('/orders/x%2Fy', send('PUT', { count: 3 }))).toMatchObject({
    status: 200,
    body: { stored: true },
  });
  expect(await call('/orders/x%2Fy')).toMatchObject({ status: 200, body: { count: 3 } });
  expect(await call('/orders/none')).toMatchObject({ status: 404, body: {} });
  expect(await call('/orders/x', send('PUT', { count: 'many' }))).toMatchObject({
    status: 400,
    body: { reason: expect.stringContaining('numeric value') },
  });
});

test('messages are sent by a form or by JSON, and received by the query string', async () => {
  const sent = await call('/notes', send('POST', { text: 'a & b = ü' }));
  expect(sent).toMatchObject({
    status: 200,
    body: {
      SendMessageResponse: {
        ResponseMetadata: { RequestId: expect.any(String) },
        SendMessageResult: {
          MessageId: expect.any(String),
          MD5OfMessageBody: expect.any(String),
          MD5OfMessageAttributes: expect.any(String),
          SequenceNumber: null,
        },
      },
    },
  });
  const sqs = new SQSClient(system.config);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: system.state.queues['Notes'],
      MessageAttributeNames: ['All'],
    }),
  );
  expect(Messages).toMatchObject([
    { Body: '{"text":"a & b = ü"}', MessageAttributes: { by: { StringValue: 'rest' } } },
  ]);
  expect(await call('/notes', send('PUT', { text: 'second' }))).toMatchObject({
    status: 200,
    body: { MessageId: expect.any(String) },
  });
  expect((await call('/notes')).body).toBe('second');
  expect(await call('/notes', send('POST', ''))).toMatchObject({
    status: 400,
    body: {
      Error: {
        Code: 'MissingParameter',
        Message: 'The request must contain the parameter MessageBody.',
        Type: 'Sender',
      },
    },
  });
});

test('objects pass as text or bytes, and a key cannot leave its bucket', async () => {
  const png = Buffer.from([0x89, 0x50, 0xff, 0x00, 0xfe]);
  const headers = { 'content-type': 'image/png', accept: 'image/png' };
  const url = `${system.state.apis['Api']?.url}/files/a%20b.png`;
  expect((await fetch(url, { method: 'PUT', body: png, headers })).status).toBe(200);
  const read = await fetch(url, { headers });
  expect(read.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await read.arrayBuffer())).toEqual(png);
  expect((await call('/files/a%20b.png')).body).toBe(png.toString('base64'));
  expect((await call('/files/t.txt', send('PUT', 'täxt', 'text/plain'))).status).toBe(200);
  expect((await call('/files/t.txt')).body).toBe('täxt');
  await call('/files/t.txt', { method: 'DELETE' });
  for (const key of ['t.txt', '%2e%2e%2fother', '..%2f..%2f'])
    expect(await call(`/files/${key}`)).toMatchObject({ status: 404, body: { no: 'file' } });
});

test('an object is named by the parameters of an action', async () => {
  await call('/files/notes%2Fa%20b.txt', send('PUT', 'noted', 'text/plain'));
  expect(await call('/prefixed/a%20b.txt')).toMatchObject({ status: 200, body: 'noted' });
});

test('a model is asked without a function', async () => {
  const path = '/models/amazon.nova-lite-v1%3A0';
  const { status, body } = await call(path, send('POST', { text: 'Hello' }));
  expect([status, body]).toEqual([200, { said: expect.stringMatching(/\w/u) }]);
});

test('a function receives the body alone, and its error chooses the response', async () => {
  const ok = await call('/answer', send('POST', { a: 1 }));
  expect(ok).toMatchObject({ status: 200, body: { got: { a: 1 } } });
  expect((await call('/answer', { method: 'POST' })).body).toEqual({ got: {} });
  const bad = await call('/answer', send('POST', { fail: '[BadRequest] no' }));
  expect(bad).toMatchObject({ status: 400, body: { m: '[BadRequest] no' } });
  const other = await call('/answer', send('POST', { fail: '[BadRequest] two\nlines' }));
  expect(other).toMatchObject({ status: 200, body: { errorType: 'Error' } });
  expect(await call('/answer', send('POST', 'no json'))).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(/^Could not parse request body into json/u) },
  });
});

test('a function is invoked asynchronously', async () => {
  expect(await call('/answer', send('PUT', { later: true }))).toMatchObject({
    status: 202,
    body: '',
  });
  await vi.waitUntil(() =>
    system.lines.some((line) => line.includes('event {"body":{"later":true},"by":"PUT"}')),
  );
});

test('what is configured wrongly is 500, and the log has the words of API Gateway', async () => {
  expect(await call('/answer', { method: 'DELETE' })).toMatchObject({ status: 500, body: failed });
  expect(await call('/answer', send('PATCH', '{}', 'text/plain'))).toMatchObject({
    status: 500,
    body: failed,
  });
  expect(await call('/answer', send('PATCH', {}))).toMatchObject({ status: 500, body: failed });
});

test('an HTTP endpoint receives what is mapped and nothing else', async () => {
  const init = send('POST', { name: 'Ada', secret: 1 });
  const { status, body } = await call('/upstream/a%2Fb?q=x%20y&other=1', init);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    up: {
      method: 'PUT',
      url: '/items/a%2Fb?search=x+y',
      headers: { 'x-name': 'Ada', 'x-more': 'more', 'x-request': expect.any(String) },
      body: '{"name": "Ada"}\n',
    },
  });
  expect(await call('/upstream/odd', init)).toMatchObject({ status: 500, body: failed });
  expect(await call('/upstream/slow', init)).toMatchObject({
    status: 504,
    body: { message: 'Endpoint request timed out' },
  });
});

test('an HTTP proxy passes everything, and what is mapped in addition', async () => {
  expect(await call('/proxy/a%2Fb?q=1', { headers: { 'x-own': 'own' } })).toMatchObject({
    status: 201,
    body: {
      url: '/items/a%2Fb?q=1&own=1',
      headers: { 'x-own': 'own', 'x-stage': expect.any(String) },
    },
  });
});

test('the integration of a method can be read', async () => {
  const client = new APIGatewayClient(system.config);
  const { items = [] } = await client.send(new GetRestApisCommand());
  const restApiId = items.find(({ name }) => name === 'grades')?.id;
  const resources = await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }));
  expect(resources.items?.[0]?.resourceMethods?.['POST']?.methodIntegration).toMatchObject({
    type: 'AWS',
    httpMethod: 'POST',
    uri: 'arn:aws:apigateway:us-east-1:states:action/StartSyncExecution',
    passthroughBehavior: 'NEVER',
  });
});

test('a service that is not hosted is named at the start and in the response', async () => {
  const message = 'The service kinesis is not hosted here.';
  expect(await call('/secrets')).toMatchObject({ status: 501, body: { message } });
  expect(system.state.notices).toContainEqual(`Api GET /secrets: ${message}`);
});
