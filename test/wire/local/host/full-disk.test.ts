import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DynamoDBClient,
  GetItemCommand,
  InternalServerError,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  limitedCommand,
  startLimitedProcess,
  startLocalProcess,
  type LocalProcess,
} from '#test/fixtures/local-process.ts';

const template = 'cfn-stores/template.yaml';
const limitKb = 2_048;

let folder = '';
let host: LocalProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  host = await startLimitedProcess(template, folder, limitKb);
});
afterAll(() => host.kill('SIGTERM'));

/** The lines about the disk since the last call. Any trace would be among them. */
function newLines(): readonly string[] {
  const lines = host.lines.slice(seen).filter((line) => /written|^\s+at |Error/u.test(line));
  seen = host.lines.length;
  return lines.map((line) => line.replaceAll(join(folder, 'data'), 'DATA'));
}
let seen = 0;

const refused =
  '! DATA cannot be written: a file would be larger than the system allows. ' +
  'Reads go on, and writes will as soon as the disk allows.';
const again = 'DATA can be written again.';

/** Repeats a write until it fails, and returns how many worked and the error. */
async function writeUntilRefused(
  write: (index: number) => Promise<unknown>,
): Promise<{ count: number; error: unknown }> {
  for (let count = 0; count < 50; count += 1) {
    try {
      await write(count);
    } catch (error) {
      return { count, error };
    }
  }
  throw new Error('No write was refused');
}

test('an object that the disk refuses is an error of S3, and the terminal says so once', async () => {
  const s3 = new S3Client(host.config);
  const Bucket = host.state.buckets['Files'];
  const put = (Key: string, bytes: number): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(bytes, 'x') }));
  await put('before', 10);
  for (let round = 0; round < 5; round += 1) {
    await expect(put('large', 3_000_000)).rejects.toMatchObject({
      name: 'InternalError',
      $metadata: { httpStatusCode: 500 },
    });
  }
  expect(newLines()).toEqual([refused]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'before' }));
  expect(await Body?.transformToString()).toBe('x'.repeat(10));
  expect((await readdir(join(folder, 'data/s3'))).join(' ')).not.toContain('part');
  await put('after', 10);
  expect(newLines()).toEqual([again]);
});

test('an item that the disk refuses is an error of DynamoDB, and nothing is lost', async () => {
  const put = (index: number): Promise<unknown> =>
    new DynamoDBClient(host.config).send(
      new PutItemCommand({
        TableName: host.state.tables['Rows'],
        Item: { id: { S: `${index}` }, text: { S: 'x'.repeat(300_000) } },
      }),
    );
  const get = async (index: number): Promise<string | undefined> => {
    const Key = { id: { S: `${index}` } };
    const command = new GetItemCommand({ TableName: host.state.tables['Rows'], Key });
    return (await new DynamoDBClient(host.config).send(command)).Item?.['id']?.S;
  };
  const { count, error } = await writeUntilRefused(put);
  expect(error).toBeInstanceOf(InternalServerError);
  expect(String(error)).toContain('a file would be larger than the system allows');
  expect(count).toBeGreaterThan(3);
  expect(newLines()).toEqual([refused]);
  const reads = await Promise.all(Array.from({ length: count }, (_, index) => get(index)));
  expect(reads).not.toContain(undefined);
  // The refused write can be repeated, and others after it, without a restart.
  await put(count);
  await put(count + 1);
  expect(newLines()).toEqual([again]);
  await host.kill('SIGKILL');
  host = await startLocalProcess(template, folder);
  const kept = await Promise.all(Array.from({ length: count + 2 }, (_, index) => get(index)));
  expect(kept).not.toContain(undefined);
  await host.kill('SIGTERM');
  host = await startLimitedProcess(template, folder, limitKb);
  seen = 0;
});

test('a message that the disk refuses is an error of SQS, and the others stay', async () => {
  const sqs = new SQSClient(host.config);
  const QueueUrl = host.state.queues['Plain'];
  const MessageBody = 'x'.repeat(200_000);
  const { count, error } = await writeUntilRefused(() =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
  );
  expect(error).toMatchObject({ $metadata: { httpStatusCode: 500 } });
  const name = 'ApproximateNumberOfMessages';
  const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] });
  expect((await sqs.send(read)).Attributes?.[name]).toBe(`${count}`);
  expect(newLines()).toEqual([expect.stringMatching(/^! DATA cannot be written: /u)]);
});

test('secrets and parameters that the disk refuses are errors, and the others can be read', async () => {
  const secrets = new SecretsManagerClient(host.config);
  const text = 'x'.repeat(60_000);
  const { count, error } = await writeUntilRefused((index) =>
    secrets.send(new CreateSecretCommand({ Name: `s${index}`, SecretString: text })),
  );
  expect(error).toMatchObject({ $metadata: { httpStatusCode: 500 } });
  for (const SecretId of ['s0', `s${count - 1}`]) {
    // The first read of a day notes its date.
    const read = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(read.SecretString).toBe(text);
  }
  const ssm = new SSMClient(host.config);
  const Value = 'x'.repeat(8000);
  const refusal = await writeUntilRefused(async (index) => {
    for (let version = 0; version < 20; version += 1) {
      const input = { Name: `p${index}`, Value, Tier: 'Advanced', Overwrite: true } as const;
      await ssm.send(new PutParameterCommand({ ...input, Type: 'String' }));
    }
  });
  expect(refusal.error).toMatchObject({ $metadata: { httpStatusCode: 500 } });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: 'p0' }));
  expect(Parameter).toMatchObject({ Value });
});

async function startOnFullDisk(place: string): Promise<unknown> {
  const [program = '', ...args] = limitedCommand(template, place, 512);
  return promisify(execFile)(program, args).catch((error: unknown) => error);
}

test('a start on a full disk fails in one line and leaves nothing behind', async () => {
  const place = await mkdtemp(join(tmpdir(), 'streambed-'));
  const data = join(place, 'data');
  const line = `${data} cannot be written: the disk is full or read-only. Free some space, and start again.\n`;
  expect(await startOnFullDisk(place)).toMatchObject({ code: 1, stdout: '', stderr: line });
  expect(existsSync(data)).toBe(false);
  const first = await startLocalProcess(template, place);
  await first.kill('SIGTERM');
  const before = await readdir(data, { recursive: true });
  expect(await startOnFullDisk(place)).toMatchObject({ code: 1, stdout: '', stderr: line });
  expect(await readdir(data, { recursive: true })).toEqual(before);
  const second = await startLocalProcess(template, place);
  await second.kill('SIGTERM');
});
