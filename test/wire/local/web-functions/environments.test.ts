import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  hostWebFunctions,
  webFunction,
  webLog,
  webUrl,
  type WebSystem,
} from '#test/fixtures/web-functions.ts';

let system: WebSystem;

beforeAll(async () => {
  system = await hostWebFunctions({
    ...webFunction('App'),
    ...webFunction('Blocked', { endpoint: { ThrottleConfig: { RateLimit: 0 } } }),
    ...webFunction('Short', { service: { TimeoutSeconds: 3 } }),
    ...webFunction('Two', {
      service: { MaxConcurrencyPerEnvironment: 1, EnvironmentVariables: { STAGE: 'test' } },
      endpoint: { ScalingConfig: { MaxEnvironments: 2 } },
    }),
    ...webFunction('Fragile'),
    ...webFunction('Broken', { code: 'broken' }),
  });
});

afterAll(() => system.close());

const call = (logicalId: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(webUrl(system, logicalId) + path, init);

test('a rate limit of 0 blocks all requests', async () => {
  expect((await call('Blocked', 'echo')).status).toBe(429);
});

test('an environment answers as many requests as it may, and further ones are throttled', async () => {
  const held = await Promise.all(['a', 'b'].map((name) => call('Two', `hold?name=${name}`)));
  expect(held.map(({ status }) => status)).toEqual([200, 200]);
  const throttled = await call('Two', 'echo');
  expect(throttled.status).toBe(429);
  for (const response of held) await response.body?.cancel();
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
  const whole = await call('App', 'echo', { method: 'POST', body: 'x'.repeat(8_000_000) });
  expect(await whole.json()).toMatchObject({ bytes: 8_000_000 });
});

test('a server that ends fails its requests, and the next one gets a new environment', async () => {
  const held = await call('Fragile', 'hold?name=streaming');
  expect((await call('Fragile', 'exit')).status).toBe(502);
  await expect(held.text()).rejects.toThrow();
  expect((await call('Fragile', 'echo')).status).toBe(200);
  expect(webLog(system, 'Fragile')).toContainEqual(
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
    .poll(() => webLog(system, 'App').filter((line) => line['requestId'] === requestId))
    .toEqual([
      { timestamp: expect.any(String), level: 'INFO', message: 'plain', ...own },
      { timestamp: expect.any(String), level: 'WARN', message: { deep: true }, ...own },
    ]);
  const types = webLog(system, 'App').map((line) => line['type'] ?? line['message']);
  expect(types).toEqual(expect.arrayContaining(['raw', 'platform.initStart']));
  expect(webLog(system, 'App')).toContainEqual(
    expect.objectContaining({
      type: 'platform.initReport',
      record: expect.objectContaining({ status: 'success' }),
    }),
  );
  await expect
    .poll(() => webLog(system, 'App'))
    .toContainEqual(
      expect.objectContaining({
        type: 'platform.invokeSummary',
        record: expect.objectContaining({ requestId, status: 'success' }),
      }),
    );
});

test('without a server, requests fail with 500, and the log says why', async () => {
  const response = await call('Broken', '');
  expect(response.status).toBe(500);
  expect(response.headers.get('lambda-web-error-type')).toBe('Application.InitCodeError');
  expect(
    webLog(system, 'Broken')
      .map(({ message }) => String(message))
      .join('\n'),
  ).toContain('Cannot find module');
  expect(webLog(system, 'Broken')).toContainEqual(
    expect.objectContaining({
      level: 'WARN',
      type: 'platform.initReport',
      record: expect.objectContaining({
        status: 'failure',
        errorType: 'Application.InitCodeError',
      }),
    }),
  );
});
