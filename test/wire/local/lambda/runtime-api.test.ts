import http from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  startRuntimeApi,
  type InvocationResult,
  type RuntimeApi,
} from '#local/lambda/environment/runtime-api.ts';

let api: RuntimeApi;
let results: InvocationResult[];
let ready: number;
const initErrors: unknown[] = [];

beforeEach(async () => {
  results = [];
  ready = 0;
  api = await startRuntimeApi({
    onReady: () => (ready += 1),
    onResult: (result) => results.push(result),
    onStreamError: () => undefined,
    onInitError: (error) => initErrors.push(error),
  });
});

afterEach(() => api.close());

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${api.address}${path}`, init);

const runtime = '/2018-06-01/runtime';

const post = (path: string, body = '{}', headers: Record<string, string> = {}): Promise<Response> =>
  call(`${runtime}${path}`, { method: 'POST', body, headers });

async function summaryOf(
  pending: Promise<Response>,
): Promise<readonly [number, string | null, unknown]> {
  const { status, headers, ...rest } = await pending.then(async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }));
  const type = headers.get('content-type');
  return [status, type, type?.includes('json') === true ? JSON.parse(rest.text) : rest.text];
}

/** Starts an invocation whose request ID is `id`. */
async function begin(): Promise<void> {
  const next = call(`${runtime}/invocation/next`);
  await expect.poll(() => ready).toBe(1);
  api.send({
    requestId: 'id',
    payload: Buffer.from('{"given":1}'),
    deadlineMs: Date.now() + 3_000,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    clientContext: '{"client":1}',
  });
  const invocation = await next;
  expect(invocation.headers.get('lambda-runtime-aws-request-id')).toBe('id');
  expect(invocation.headers.get('lambda-runtime-client-context')).toBe('{"client":1}');
  expect(invocation.headers.get('content-type')).toBe('application/json');
  expect(await invocation.json()).toEqual({ given: 1 });
}

const json = 'application/json';
const accepted = [202, json, { status: 'OK' }];
const refusal = (status: number, errorType: string, errorMessage: string): unknown => [
  status,
  json,
  { errorType, errorMessage },
];

test('a response is accepted once and only for the current invocation', async () => {
  await begin();
  const unknown = refusal(400, 'InvalidRequestID', 'Invalid request ID');
  expect(await summaryOf(post('/invocation/other/response'))).toEqual(unknown);
  expect(await summaryOf(post('/invocation/other/error'))).toEqual(unknown);
  expect(await summaryOf(post('/invocation/id/response', '{"a":1}'))).toEqual(accepted);
  expect(results).toMatchObject([{ type: 'buffered', payload: Buffer.from('{"a":1}') }]);
  expect(await summaryOf(post('/invocation/id/response'))).toEqual(unknown);
});

test('a second response during the first is refused as InvalidStateTransition', async () => {
  await begin();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const first = fetch(`http://${api.address}${runtime}/invocation/id/response`, {
    method: 'POST',
    body: readable,
    duplex: 'half',
    headers: { 'lambda-runtime-function-response-mode': 'streaming' },
  });
  await writer.write(Buffer.from('begun'));
  await expect.poll(() => results.length).toBe(1);
  const [result] = results;
  const body = result?.type === 'streaming' ? Array.fromAsync(result.body) : Promise.resolve([]);
  const illegal = refusal(403, 'InvalidStateTransition', 'Transition is not allowed');
  expect(await summaryOf(post('/invocation/id/response'))).toEqual(illegal);
  expect(await summaryOf(post('/invocation/id/error'))).toEqual(illegal);
  await writer.close();
  expect(await summaryOf(first)).toEqual(accepted);
  expect(Buffer.concat(await body).toString('utf8')).toBe('begun');
});

test('a poll before the response is sent waits for the next invocation', async () => {
  await begin();
  const early = call(`${runtime}/invocation/next`);
  expect(await summaryOf(post('/invocation/id/response'))).toEqual(accepted);
  await expect.poll(() => ready).toBe(2);
  api.send({
    requestId: 'second',
    payload: Buffer.from('2'),
    deadlineMs: Date.now(),
    functionArn: 'arn',
    clientContext: undefined,
  });
  expect((await early).headers.get('lambda-runtime-aws-request-id')).toBe('second');
});

test('a runtime that polls twice gets one invocation and counts as ready once', async () => {
  await begin();
  await call(`${runtime}/invocation/next`, { signal: AbortSignal.timeout(1) }).catch(
    () => 'aborted',
  );
  expect(ready).toBe(1);
  expect(await summaryOf(post('/invocation/id/response'))).toEqual(accepted);
  expect(results).toHaveLength(1);
});

test('a response over the limit is refused with 413 and the caller gets an error', async () => {
  await begin();
  const message = 'Exceeded maximum allowed payload size (6291556 bytes).';
  const large = post('/invocation/id/response', 'x'.repeat(6_291_557));
  expect(await summaryOf(large)).toEqual(refusal(413, 'RequestEntityTooLarge', message));
  expect(results).toMatchObject([
    { type: 'error', error: { errorType: 'Function.ResponseSizeTooLarge' } },
  ]);
});

test('an error report is passed to the caller with its details', async () => {
  await begin();
  const body = '{"errorType":"Own","errorMessage":"text","stackTrace":["a"]}';
  expect(await summaryOf(post('/invocation/id/error', body))).toEqual(accepted);
  const details = { stackTrace: ['a'] };
  const error = { errorType: 'Own', errorMessage: 'text', details };
  expect(results).toEqual([{ type: 'error', error }]);
});

test.each<[string, RequestInit, string, readonly [number, string | null, unknown]]>([
  [
    'an unknown response mode',
    { method: 'POST', headers: { 'lambda-runtime-function-response-mode': 'slow' } },
    '/invocation/id/response',
    [
      400,
      json,
      { errorType: 'InvalidFunctionResponseMode', errorMessage: 'Invalid function response mode' },
    ],
  ],
  [
    'an unknown path',
    {},
    '/invocation/id/nothing',
    [404, 'text/plain; charset=utf-8', '404 page not found\n'],
  ],
  ['a wrong method', { method: 'PUT' }, '/invocation/next', [405, 'text/plain; charset=utf-8', '']],
  ['a GET of a response', {}, '/invocation/id/response', [405, 'text/plain; charset=utf-8', '']],
  [
    'an init error after the init phase',
    { method: 'POST', body: '{}' },
    '/init/error',
    [403, json, { errorType: 'InvalidStateTransition', errorMessage: 'Transition is not allowed' }],
  ],
  [
    'a request from a web page',
    { headers: { origin: 'http://localhost:3000' } },
    '/invocation/next',
    [404, 'text/plain; charset=utf-8', '404 page not found\n'],
  ],
])('%s is refused as on AWS', async (_, init, path, expected) => {
  await begin();
  expect(await summaryOf(call(`${runtime}${path}`, init))).toEqual(expected);
});

test('an init error is accepted before the first poll', async () => {
  expect(await summaryOf(post('/init/error', '{"errorType":"Init","errorMessage":"no"}'))).toEqual(
    accepted,
  );
  expect(initErrors).toEqual([{ errorType: 'Init', errorMessage: 'no' }]);
});

test('a buffered response that is cut off is reported as Runtime.TruncatedResponse', async () => {
  await begin();
  const [hostname, port] = api.address.split(':');
  const path = `${runtime}/invocation/id/response`;
  const cut = http.request({ hostname, port, path, method: 'POST' });
  cut.once('error', () => undefined);
  await new Promise((resolve) => cut.write('{"a":', resolve));
  cut.destroy();
  await expect
    .poll(() => results)
    .toMatchObject([{ type: 'error', error: { errorType: 'Runtime.TruncatedResponse' } }]);
});
