import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateFunctionUrlConfigCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdated,
} from '@aws-sdk/client-lambda';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { allowEverybody } from '#test/fixtures/public-url.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

let system: HostedTemplate;
let lambda: LambdaClient;

beforeEach(async () => {
  system = await hostText(tutorialTemplate);
  lambda = new LambdaClient(system.config);
});

afterEach(() => system.close());

const FunctionName = 'local-Chat';

async function openUrl(): Promise<string> {
  const url = { FunctionName, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' } as const;
  const { FunctionUrl = '' } = await lambda.send(new CreateFunctionUrlConfigCommand(url));
  await allowEverybody(lambda, FunctionName);
  return FunctionUrl;
}

const zipOf = (source: string): Uint8Array => zipSync({ 'index.js': strToU8(source) });

const plainBody = async (): Promise<unknown> => {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'local-Plain' }));
  return JSON.parse(Payload?.transformToString() ?? '');
};

test('the next invocation sees a new timeout, memory and environment', async () => {
  const url = await openUrl();
  expect(await (await fetch(url)).json()).toMatchObject({ greeting: 'Hello', memory: '128' });
  const before = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const changes = {
    Timeout: 60,
    MemorySize: 512,
    Description: 'Answers',
    Environment: { Variables: { GREETING: 'こんにちは' } },
  };
  const updated = await lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, ...changes }),
  );
  expect(updated).toMatchObject({ ...changes, LastUpdateStatus: 'Successful' });
  expect(updated.RevisionId).not.toBe(before.RevisionId);
  await waitUntilFunctionUpdated({ client: lambda, maxWaitTime: 10 }, { FunctionName });
  const answer = (await (await fetch(url)).json()) as { remainingMs: number };
  expect(answer).toMatchObject({ greeting: 'こんにちは', memory: '512' });
  expect(answer.remainingMs).toBeGreaterThan(30_000);
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    ...changes,
    RevisionId: updated.RevisionId,
  });
});

test('a shorter timeout ends an invocation', async () => {
  const update = new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 1 });
  await lambda.send(update);
  const Payload = JSON.stringify({ query: 'slow' });
  const { FunctionError, Payload: error } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload }),
  );
  expect([FunctionError, error?.transformToString()]).toEqual([
    'Unhandled',
    expect.stringContaining('Task timed out after 1.00 seconds'),
  ]);
});

const lambdaUnable =
  'Lambda was unable to configure your environment variables because the environment variables you have provided';

test.each<readonly [string, object, object]>([
  [
    'a timeout of 0',
    { Timeout: 0 },
    {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
    },
  ],
  [
    'a timeout above 15 minutes and too little memory',
    { Timeout: 901, MemorySize: 64 },
    {
      name: 'ValidationException',
      message:
        "2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900; Value '64' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
    },
  ],
  [
    'a reserved variable',
    { Environment: { Variables: { AWS_REGION: 'eu-west-1', OWN: 'x' } } },
    {
      name: 'InvalidParameterValueException',
      message: `${lambdaUnable} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION`,
    },
  ],
  [
    'too many variables',
    { Environment: { Variables: { LONG: 'x'.repeat(4096) } } },
    {
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(`${lambdaUnable} exceeded the 4KB limit. String measured: `),
    },
  ],
  [
    'a runtime that is not hosted',
    { Runtime: 'java25' },
    { name: 'InvalidParameterValueException' },
  ],
  [
    'a layer that does not exist',
    { Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] },
    {
      name: 'InvalidParameterValueException',
      message: 'Layer version arn:aws:lambda:us-east-1:1:layer:x:1 does not exist.',
    },
  ],
  [
    'a revision that is not the latest',
    { RevisionId: 'other', Timeout: 5 },
    { name: 'PreconditionFailedException' },
  ],
  ['a network', { VpcConfig: { SubnetIds: ['s'] } }, { message: 'VpcConfig is not hosted here.' }],
])('an update to %s is refused and changes nothing', async (_, change, expected) => {
  const command = new UpdateFunctionConfigurationCommand({ FunctionName, ...change });
  await expect(lambda.send(command)).rejects.toMatchObject(expected);
  expect(await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    Timeout: 10,
    MemorySize: 128,
    Environment: { Variables: { GREETING: 'Hello' } },
  });
});

const waiting = `
const { existsSync, writeFileSync } = require('node:fs');
exports.handler = async ({ begun, released }) => {
  writeFileSync(begun, '');
  while (!existsSync(released)) await new Promise((resolve) => setTimeout(resolve, 10));
  return 'old';
};`;

test('an invocation in progress ends on the code that it began with', async () => {
  const target = { FunctionName: 'local-Plain' };
  const upload = (source: string): Promise<unknown> =>
    lambda.send(new UpdateFunctionCodeCommand({ ...target, ZipFile: zipOf(source) }));
  await upload(waiting);
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const [begun, released] = [join(folder, 'begun'), join(folder, 'released')];
  const Payload = JSON.stringify({ begun, released });
  const earlier = lambda.send(new InvokeCommand({ ...target, Payload }));
  await expect.poll(() => existsSync(begun), { timeout: 10_000 }).toBe(true);
  await upload("exports.handler = async () => 'new';");
  expect(await plainBody()).toBe('new');
  await writeFile(released, '');
  expect((await earlier).Payload?.transformToString()).toBe('"old"');
});

test('the next invocation runs uploaded code, and a dry run changes nothing', async () => {
  expect(await plainBody()).toMatchObject({ body: 'first ' });
  const ZipFile = zipOf("exports.handler = async () => ({ body: 'second' });");
  const target = { FunctionName: 'local-Plain' };
  const updated = await lambda.send(new UpdateFunctionCodeCommand({ ...target, ZipFile }));
  expect(updated).toMatchObject({
    CodeSize: ZipFile.length,
    CodeSha256: createHash('sha256').update(ZipFile).digest('base64'),
    LastUpdateStatus: 'Successful',
    Version: '$LATEST',
  });
  expect(await plainBody()).toEqual({ body: 'second' });
  const third = zipOf("exports.handler = async () => ({ body: 'third' });");
  const dryRun = { ...target, ZipFile: third, DryRun: true };
  await lambda.send(new UpdateFunctionCodeCommand(dryRun));
  expect(await plainBody()).toEqual({ body: 'second' });
});

test('code comes from a bucket, too', async () => {
  const s3 = new S3Client(system.config);
  const Body = zipOf("exports.handler = async () => ({ body: 'from a bucket' });");
  const code = { Bucket: 'code-uploads', Key: 'plain.zip' };
  await s3.send(new PutObjectCommand({ ...code, Body }));
  const update = (S3Key: string): Promise<unknown> =>
    lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: 'local-Plain',
        S3Bucket: code.Bucket,
        S3Key,
      }),
    );
  await update(code.Key);
  expect(await plainBody()).toEqual({ body: 'from a bucket' });
  await expect(update('missing.zip')).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message:
      'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  });
});

test('a name in an archive cannot leave its folder, and code without a handler fails when it is called', async () => {
  const ZipFile = zipSync({
    '../../escaped.js': strToU8('exports.handler = async () => 1;'),
    'other.js': strToU8(''),
  });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'local-Plain', ZipFile }));
  expect(await plainBody()).toMatchObject({ errorType: 'Runtime.ImportModuleError' });
});

test.each<readonly [string, object, string]>([
  ['nothing', {}, 'Please provide a source for function code.'],
  [
    'a file that is not an archive',
    { ZipFile: strToU8('exports.handler = 1;') },
    'Could not unzip uploaded file. Please check your file, then try to upload again.',
  ],
  ['an empty archive', { ZipFile: zipSync({}) }, 'Uploaded file must be a non-empty zip'],
  [
    'a container image',
    { ImageUri: 'repository:tag' },
    'Please do not provide ImageUri when updating a function with packageType Zip.',
  ],
])('an upload of %s is refused and changes nothing', async (_, code, message) => {
  const command = new UpdateFunctionCodeCommand({ FunctionName: 'local-Plain', ...code });
  await expect(lambda.send(command)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message,
  });
  expect(await plainBody()).toMatchObject({ body: 'first ' });
});

test('an archive that would unpack to more than 250 MB is refused', async () => {
  const ZipFile = Buffer.from(zipOf(''));
  // The central directory says how large a file is.
  const directory = ZipFile.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  ZipFile.writeUInt32LE(262_144_001, directory + 24);
  const command = new UpdateFunctionCodeCommand({ FunctionName: 'local-Plain', ZipFile });
  await expect(lambda.send(command)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'Unzipped size must be smaller than 262144000 bytes',
  });
});
