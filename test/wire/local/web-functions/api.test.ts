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
    ...webFunction('Two', {
      service: { MaxConcurrencyPerEnvironment: 1, EnvironmentVariables: { STAGE: 'test' } },
      endpoint: { ScalingConfig: { MaxEnvironments: 2 } },
    }),
  });
});

afterAll(() => system.close());

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

test('the API lists web functions, endpoints and revisions, and returns each', async () => {
  const first = await read('POST', '', { maxResults: 2 });
  expect(first).toMatchObject({
    functions: [
      { functionName: 'App-web', state: 'Active' },
      { functionName: 'Signed-web', state: 'Active' },
    ],
  });
  const second = await read('POST', '', { nextToken: first['nextToken'] });
  expect(second).toMatchObject({ functions: { length: 1 } });
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

test('the domain name of the endpoint on AWS is one of its hosts', async () => {
  const { domainName } = await read('GET', 'App-web/endpoints/prod');
  expect(domainName).toMatch(/^[a-z\d]{16}\.b7t\.lambda-web\.us-east-1\.on\.aws$/u);
  const text = await exchangeBytes(
    webUrl(system, 'App'),
    requestBytes('GET /left HTTP/1.1', `host: ${String(domainName)}`),
  );
  expect(text).toMatch(/^HTTP\/1\.1 200 /u);
});
