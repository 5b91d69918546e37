import {
  CreateFunctionUrlConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  ListFunctionUrlConfigsCommand,
  UpdateFunctionUrlConfigCommand,
  type Cors,
} from '@aws-sdk/client-lambda';
import { AwsClient } from 'aws4fetch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allowEverybody } from '#test/fixtures/public-url.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

let system: HostedTemplate;
let lambda: LambdaClient;

beforeEach(async () => {
  system = await hostText(tutorialTemplate);
  lambda = new LambdaClient(system.config);
  for (const name of ['local-Plain', 'local-Chat']) await allowEverybody(lambda, name);
});

afterEach(() => system.close());

const FunctionName = 'local-Plain';
const arn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`;

const create = (cors?: Cors): Promise<{ readonly FunctionUrl?: string | undefined }> =>
  lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', Cors: cors }));

const wildcard = {
  AllowOrigins: ['*'],
  AllowMethods: ['GET', 'POST'],
  AllowHeaders: ['content-type'],
  MaxAge: 60,
};

test('a created URL answers at once, with its CORS headers, and is listed', async () => {
  const created = await create(wildcard);
  expect(created).toMatchObject({
    FunctionArn: arn,
    AuthType: 'NONE',
    InvokeMode: 'BUFFERED',
    Cors: { ...wildcard, AllowCredentials: false },
    CreationTime: expect.any(String),
  });
  const url = created.FunctionUrl ?? '';
  const page = { origin: 'https://app.example.com' };
  const response = await fetch(`${url}?x`, { headers: page });
  expect([response.status, await response.text()]).toEqual([200, 'first x']);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  const preflight = { ...page, 'access-control-request-method': 'POST' };
  const allowed = await fetch(url, { method: 'OPTIONS', headers: preflight });
  expect(allowed.headers.get('access-control-allow-methods')).toBe('GET,POST');
  expect(allowed.headers.get('access-control-max-age')).toBe('60');
  const listed = await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  expect(listed.FunctionUrlConfigs).toMatchObject([{ FunctionUrl: url, AuthType: 'NONE' }]);
});

test('an updated URL changes from its next request on, and keeps what was not updated', async () => {
  const { FunctionUrl: url = '' } = await create(wildcard);
  const update = { FunctionName, AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' } as const;
  const updated = await lambda.send(new UpdateFunctionUrlConfigCommand(update));
  expect(updated).toMatchObject({
    FunctionUrl: url,
    AuthType: 'AWS_IAM',
    InvokeMode: 'RESPONSE_STREAM',
    Cors: { AllowOrigins: ['*'] },
  });
  const unsigned = await fetch(url);
  expect(unsigned.status).toBe(403);
  expect(unsigned.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
  const signer = new AwsClient({
    ...system.config.credentials,
    region: 'us-east-1',
    service: 'lambda',
  });
  // An ordinary handler's result passes a streaming URL as it is.
  expect(await (await signer.fetch(url)).json()).toEqual({ statusCode: 200, body: 'first ' });
  const read = await lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: arn }));
  expect(read).toMatchObject({ AuthType: 'AWS_IAM', FunctionUrl: url });
  expect(read.LastModifiedTime?.localeCompare(read.CreationTime ?? '')).toBeGreaterThanOrEqual(0);
});

test('pages of origins that an update no longer allows are refused', async () => {
  const { FunctionUrl: url = '' } = await create(wildcard);
  const from = async (origin: string): Promise<number> =>
    (await fetch(url, { headers: { origin } })).status;
  expect(await from('https://evil.example.com')).toBe(200);
  const Cors = { AllowOrigins: ['https://app.example.com'] };
  await lambda.send(new UpdateFunctionUrlConfigCommand({ FunctionName, Cors }));
  expect(await from('https://evil.example.com')).toBe(403);
  expect(await from('https://app.example.com')).toBe(200);
});

test('a streaming URL streams', async () => {
  const streaming = {
    FunctionName: 'local-Chat',
    AuthType: 'NONE',
    InvokeMode: 'RESPONSE_STREAM',
  } as const;
  const { FunctionUrl: url = '' } = await lambda.send(
    new CreateFunctionUrlConfigCommand(streaming),
  );
  const response = await fetch(url);
  expect(response.headers.get('transfer-encoding')).toBe('chunked');
  expect(await response.json()).toMatchObject({ greeting: 'Hello' });
});

test('a URL belongs to an alias, a function has one besides, and a deleted one is gone', async () => {
  const open = { AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' } as const;
  const own = await lambda.send(
    new CreateFunctionUrlConfigCommand({ FunctionName: 'local-Chat', ...open }),
  );
  const alias = { FunctionName: 'local-Chat', Qualifier: 'live' };
  const ofAlias = await lambda.send(new CreateFunctionUrlConfigCommand({ ...alias, ...open }));
  expect(ofAlias.FunctionArn).toMatch(/:function:local-Chat:live$/u);
  expect(ofAlias.FunctionUrl).not.toBe(own.FunctionUrl);
  await lambda.send(new DeleteFunctionUrlConfigCommand(alias));
  await expect(lambda.send(new GetFunctionUrlConfigCommand(alias))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
  await expect(fetch(ofAlias.FunctionUrl ?? '')).rejects.toThrow('fetch failed');
  expect((await fetch(own.FunctionUrl ?? '')).status).toBe(200);
});

test('with fixed ports, a URL gets the next free one of its range', async () => {
  const port = 10_000 + (process.pid % 100) * 100;
  await using fixed = await hostText(tutorialTemplate, { port });
  const client = new LambdaClient(fixed.config);
  const open = async (name: string): Promise<number> => {
    const command = new CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: 'NONE' });
    const { FunctionUrl = '' } = await client.send(command);
    return Number(new URL(FunctionUrl).port);
  };
  expect(await open('local-Plain')).toBe(port + 35);
  expect(await open('local-Chat')).toBe(port + 36);
  await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName: 'local-Plain' }));
  expect(await open('local-Plain')).toBe(port + 35);
});

test('of two simultaneous calls, one creates the URL', async () => {
  const results = await Promise.allSettled([create(), create()]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

const eachMethod =
  'Member must satisfy constraint: [Member must have length less than or equal to 6, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*, Member must not be null]';

const refusals: readonly (readonly [
  string,
  Readonly<Record<string, unknown>>,
  readonly [name: string, message: string],
])[] = [
  [
    'without an auth type',
    { AuthType: undefined },
    [
      'ValidationException',
      "1 validation error detected: Value null at 'authType' failed to satisfy constraint: Member must not be null",
    ],
  ],
  [
    'with an unknown auth type and invoke mode',
    { AuthType: 'OPEN', InvokeMode: 'STREAM' },
    [
      'ValidationException',
      "2 validation errors detected: Value 'OPEN' at 'authType' failed to satisfy constraint: Member must satisfy enum value set: [NONE, AWS_IAM]; Value 'STREAM' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [BUFFERED, RESPONSE_STREAM]",
    ],
  ],
  [
    'with the method OPTIONS',
    { Cors: { AllowMethods: ['GET', 'POST', 'OPTIONS'] } },
    [
      'ValidationException',
      `1 validation error detected: Value '[GET, POST, OPTIONS]' at 'cors.allowMethods' failed to satisfy constraint: ${eachMethod}`,
    ],
  ],
  [
    'with too long a maximum age',
    { Cors: { MaxAge: 86_401 } },
    [
      'ValidationException',
      "1 validation error detected: Value '86401' at 'cors.maxAge' failed to satisfy constraint: Member must have value less than or equal to 86400",
    ],
  ],
  [
    'with a wildcard among other methods',
    { Cors: { AllowMethods: ['*', 'GET'] } },
    [
      'InvalidParameterValueException',
      "You can't specify additional fields for AllowMethods because you already specified the wildcard character (*).",
    ],
  ],
  [
    'for a version',
    { Qualifier: '1' },
    [
      'ValidationException',
      String.raw`1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`,
    ],
  ],
  [
    'for an alias that does not exist',
    { Qualifier: 'beta' },
    ['ResourceNotFoundException', `Cannot find alias arn: ${arn}:beta`],
  ],
  [
    'for a function that does not exist',
    { FunctionName: 'missing' },
    [
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:missing',
    ],
  ],
];

test.each(refusals)('a URL %s is refused', async (_, change, [name, message]) => {
  const input = { FunctionName, AuthType: 'NONE' as const, ...change };
  await expect(lambda.send(new CreateFunctionUrlConfigCommand(input))).rejects.toMatchObject({
    name,
    message,
  });
  const { FunctionUrlConfigs } = await lambda.send(
    new ListFunctionUrlConfigsCommand({ FunctionName }),
  );
  expect(FunctionUrlConfigs).toEqual([]);
});

test('a second URL is refused, and an update of a missing one', async () => {
  await create();
  await expect(create()).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  });
  const missing = { FunctionName: 'local-Chat', AuthType: 'NONE' } as const;
  await expect(lambda.send(new UpdateFunctionUrlConfigCommand(missing))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
