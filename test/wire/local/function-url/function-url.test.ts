import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const buffered = { InvokeMode: 'BUFFERED' };
let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  system = await hostResources({
    ...functionWithUrl('Echo', { handler: 'echo', url: buffered }),
    ...functionWithUrl('Plain', { handler: 'plain', url: buffered }),
    ...functionWithUrl('Count', { handler: 'count', url: buffered }),
    ...functionWithUrl('Environment', { handler: 'environment', url: buffered }),
    ...functionWithUrl('Throws', { handler: 'throws', url: buffered }),
    ...functionWithUrl('Signed', { handler: 'echo', url: { ...buffered, AuthType: 'AWS_IAM' } }),
    ...functionWithUrl('Streamed', { handler: 'streamed' }),
    ...functionWithUrl('Bare', { handler: 'bare' }),
    ...functionWithUrl('EmptyWithoutWrite', { handler: 'emptyWithoutWrite' }),
    ...functionWithUrl('EndsWithText', { handler: 'endsWithText' }),
    ...functionWithUrl('EmptyWithWrite', { handler: 'emptyWithWrite' }),
    ...functionWithUrl('Objects', { handler: 'objects' }),
    ...functionWithUrl('ThrowsBefore', { handler: 'throwsBefore' }),
    ...functionWithUrl('BadHeader', { handler: 'badHeader' }),
    ...functionWithUrl('Thinks', { handler: 'thinks', url: buffered }),
    ...functionWithUrl('Spawns', { handler: 'spawns', url: buffered }),
    ...functionWithUrl('ThrowsMidway', { handler: 'throwsMidway' }),
    ...functionWithUrl('FailingPipeline', { handler: 'failingPipeline' }),
    ...functionWithUrl('Rejects', { handler: 'rejects' }),
    ...functionWithUrl('Exits', { handler: 'exits' }),
    ...functionWithUrl('Slow', { handler: 'slow', more: { Timeout: 1 } }),
    ...functionWithUrl('Firehose', { handler: 'firehose' }),
    ...functionWithUrl('LateFirehose', { handler: 'lateFirehose', more: { Timeout: 30 } }),
    ...functionWithUrl('NotAsync', { handler: 'notAsync' }),
    ...functionWithUrl('WithCallback', { handler: 'withCallback' }),
    ...functionWithUrl('Missing', { handler: 'missing' }),
    ...functionWithUrl('Broken', { handler: 'x', more: { Code: { S3Key: 'broken' } } }),
    ...functionWithUrl('One', {
      handler: 'slow',
      more: { ReservedConcurrentExecutions: 1, Timeout: 2 },
    }),
  });
});

afterAll(() => system.close());

const call = (logicalId: string, path = '', init: RequestInit = {}): Promise<Response> =>
  fetch(`${system.state.functions[logicalId]?.url}${path}`, init);

/** Waits until a function has completed `times` invocations. */
const reported = (logicalId: string, times: number): Promise<void> =>
  expect.poll(() => logOf(logicalId).filter((line) => line.includes('REPORT')).length).toBe(times);

/** Returns whether a process runs. A zombie, which its parent has not reaped yet, does not. */
function isAlive(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

const logOf = (logicalId: string): readonly string[] =>
  system.lines.filter((line) => line.startsWith(`${logicalId} `));

test('the function receives an event in payload format 2.0', async () => {
  const response = await call('Echo', 'a/b%20c?x=1&x=2&y=', {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: 'k=v; l=w', 'X-Own': 'Value' },
    body: '{"hi":"ハイ"}',
  });
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await response.json()).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a/b c',
    rawQueryString: 'x=1&x=2&y=',
    cookies: ['k=v', 'l=w'],
    headers: { 'x-own': 'Value', 'content-type': 'application/json' },
    queryStringParameters: { x: '1,2', y: '' },
    requestContext: { accountId: 'anonymous', stage: '$default', http: { method: 'POST' } },
    body: '{"hi":"ハイ"}',
    isBase64Encoded: false,
  });
});

test('a form body reaches the function in base64', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await call('Echo', '', { method: 'POST', headers, body: 'a=b' });
  expect(await response.json()).toMatchObject({ body: 'YT1i', isBase64Encoded: true });
});

test('a result without a status code becomes the body of a 200 response', async () => {
  const response = await call('Plain');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ hello: 'world' });
});

test('a second request reuses the execution environment', async () => {
  expect(await (await call('Count')).json()).toMatchObject({ invocations: 1 });
  await reported('Count', 1);
  expect(await (await call('Count')).json()).toMatchObject({ invocations: 2 });
});

test('a function sees only its own environment variables', async () => {
  const variables: unknown = await (await call('Environment')).json();
  expect(variables).toMatchObject({
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'local-Environment',
  });
  expect(variables).not.toHaveProperty('HOME');
  expect(variables).not.toHaveProperty('npm_lifecycle_event');
});

test('a buffered function that throws returns 502', async () => {
  const response = await call('Throws');
  expect(response.status).toBe(502);
  expect(await response.text()).toBe('Internal Server Error');
  expect(logOf('Throws').join('\n')).toContain('out of range');
});

test('a streamed response arrives in chunks with its own status, headers and cookies', async () => {
  const response = await call('Streamed');
  expect(response.status).toBe(201);
  expect(response.headers.getSetCookie()).toEqual(['s=1']);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const chunks = await Array.fromAsync(response.body ?? []);
  expect(chunks.length).toBeGreaterThan(1);
  expect(Buffer.concat(chunks).toString('utf8')).toBe('one two 三つ');
});

test('the log has START, END and REPORT lines for each invocation', async () => {
  const id = (await call('Streamed')).headers.get('x-request');
  await expect.poll(() => logOf('Streamed').join('\n')).toContain(`REPORT RequestId: ${id}`);
  const lines = logOf('Streamed').filter((line) => line.includes(String(id)));
  expect(lines[0]).toContain(`START RequestId: ${id} Version: $LATEST`);
  expect(lines[1]).toContain(`END RequestId: ${id}`);
  expect(lines[2]).toMatch(
    /Duration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB/u,
  );
});

test('a streamed body without a prelude returns 200 and application/octet-stream', async () => {
  const response = await call('Bare');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(await response.text()).toBe('no head');
});

test('a prelude is lost if the function writes no body, as on Lambda', async () => {
  const lost = await call('EmptyWithoutWrite');
  expect([lost.status, await lost.text()]).toEqual([200, '']);
  expect((await call('EndsWithText')).status).toBe(502);
  expect((await call('EmptyWithWrite')).status).toBe(204);
});

test('objects written to the response stream are serialized as JSON', async () => {
  const response = await call('Objects');
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe('{"n":1}[2]');
});

test('an error in mid-stream ends the connection and keeps the environment', async () => {
  const response = await call('ThrowsMidway');
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
  await reported('ThrowsMidway', 1);
  const pids = system.functionHost('ThrowsMidway').pids();
  await expect((await call('ThrowsMidway')).text()).rejects.toThrow('terminated');
  expect(system.functionHost('ThrowsMidway').pids()).toEqual(pids);
});

test('an error before the first byte returns 502', async () => {
  expect((await call('ThrowsBefore')).status).toBe(502);
});

test('an invalid HTTP header returns 502 and keeps the environment', async () => {
  expect((await call('BadHeader')).status).toBe(502);
  await reported('BadHeader', 1);
  const pids = system.functionHost('BadHeader').pids();
  expect((await call('BadHeader')).status).toBe(502);
  expect(system.functionHost('BadHeader').pids()).toEqual(pids);
});

test('a function can run longer than the keep-alive timeout of a connection', async () => {
  await call('Thinks');
  await reported('Thinks', 1);
  const response = await call('Thinks');
  expect(await response.text()).toBe('thought');
});

test('child processes of a function end when the function exits', async () => {
  const pid = await (await call('Spawns')).text();
  await reported('Spawns', 1);
  expect((await call('Spawns', '?exit')).status).toBe(502);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test('a path that cannot be decoded is refused with 400', async () => {
  expect((await call('Echo', '%zz')).status).toBe(400);
});

test('a failed pipeline ends the environment even if the handler catches the error', async () => {
  await expect(call('FailingPipeline').then((response) => response.text())).rejects.toThrow();
  await expect.poll(() => system.functionHost('FailingPipeline').pids()).toEqual([]);
});

test('an unhandled rejection and a process exit both return 502', async () => {
  expect((await call('Rejects')).status).toBe(502);
  expect((await call('Exits')).status).toBe(502);
  expect(logOf('Rejects').join('\n')).toContain('Unhandled Promise Rejection');
});

test('an invocation that exceeds its timeout is killed and logged as on AWS', async () => {
  const response = await call('Slow');
  await expect(response.text()).rejects.toThrow('terminated');
  await expect.poll(() => system.functionHost('Slow').pids()).toEqual([]);
  expect(logOf('Slow').join('\n')).toMatch(/Task timed out after 1\.00 seconds/u);
});

test('a function runs to its end when the client disconnects in mid-stream', async () => {
  const controller = new AbortController();
  const response = await call('Firehose', '', { signal: controller.signal });
  await response.body?.getReader().read();
  const pids = system.functionHost('Firehose').pids();
  controller.abort();
  await expect.poll(() => logOf('Firehose').join('\n')).toContain('REPORT');
  expect(system.functionHost('Firehose').pids()).toEqual(pids);
  expect((await (await call('Firehose')).text()).length).toBe(64 * 1024 * 1024);
});

test('a function runs to its end when the client disconnects before the first byte', async () => {
  const controller = new AbortController();
  const response = call('LateFirehose', '', { signal: controller.signal });
  await expect.poll(() => logOf('LateFirehose').join('\n')).toContain('asked');
  controller.abort();
  await expect(response).rejects.toThrow('aborted');
  await reported('LateFirehose', 1);
  expect(logOf('LateFirehose').join('\n')).not.toContain('timed out');
});

test.each([
  ['NotAsync', 'Streaming does not support non-async handlers.'],
  ['WithCallback', 'Runtime.CallbackHandlerDeprecated'],
  ['Missing', 'Runtime.HandlerNotFound'],
  ['Broken', 'broken at init'],
])('the log of function %s has the error: %s', async (logicalId, message) => {
  await call(logicalId).then(
    (response) => response.text(),
    () => undefined,
  );
  await expect.poll(() => logOf(logicalId).join('\n')).toContain(message);
});

test('an invocation beyond the reserved concurrency is refused with 429', async () => {
  const first = await call('One');
  const second = await call('One');
  expect(second.status).toBe(429);
  expect(await second.json()).toMatchObject({ message: 'Rate Exceeded.' });
  await first.text().catch(() => undefined);
});

test('an unsigned request to an AWS_IAM Function URL gets the error text of AWS', async () => {
  const response = await call('Signed');
  expect(response.status).toBe(403);
  expect(response.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
  const text = await response.text();
  expect(text).toHaveLength(144);
  expect(text).toContain('{"Message":"Forbidden. For troubleshooting Function URL');
});

test('a payload over six megabytes is refused with 413', async () => {
  const body = 'x'.repeat(6 * 1024 * 1024 + 1);
  const response = await call('Echo', '', {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
  expect(response.status).toBe(413);
});
