import { randomBytes } from 'node:crypto';
import {
  cp,
  glob,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const template = `
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: items
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
  Queue: { Type: AWS::SQS::Queue }
  Bucket: { Type: AWS::S3::Bucket }
  Topic: { Type: AWS::SNS::Topic }
  Rule: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: rate(1 day) } }
  Pool: { Type: AWS::Cognito::UserPool }
  Client: { Type: AWS::Cognito::UserPoolClient, Properties: { UserPoolId: !Ref Pool } }
`;

const item = { id: { S: 'a' }, text: { S: 'kept' } };

async function fill({ config, state }: HostedTemplate): Promise<void> {
  await new DynamoDBClient(config).send(new PutItemCommand({ TableName: 'items', Item: item }));
  const QueueUrl = state.queues['Queue'];
  await new SQSClient(config).send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
  const parameter = { Name: 'p', Value: 'kept', Type: 'String', Overwrite: true } as const;
  await new SSMClient(config).send(new PutParameterCommand(parameter));
  const object = { Bucket: state.buckets['Bucket'], Key: 'object', Body: 'kept' };
  await new S3Client({ ...config, forcePathStyle: true }).send(new PutObjectCommand(object));
}

async function readAll({ config, state }: HostedTemplate): Promise<unknown> {
  const get = new GetItemCommand({ TableName: 'items', Key: { id: { S: 'a' } } });
  const count = new GetQueueAttributesCommand({
    QueueUrl: state.queues['Queue'],
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  const read = new GetObjectCommand({ Bucket: state.buckets['Bucket'], Key: 'object' });
  const parameter = await new SSMClient(config).send(new GetParameterCommand({ Name: 'p' }));
  const { Body } = await new S3Client({ ...config, forcePathStyle: true }).send(read);
  return {
    item: (await new DynamoDBClient(config).send(get)).Item,
    messages: (await new SQSClient(config).send(count)).Attributes?.['ApproximateNumberOfMessages'],
    object: await Body?.transformToString(),
    parameter: parameter.Parameter?.Value,
    credentials: config.credentials,
    users: state.signIn?.users,
  };
}

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'streambed-'));

/** Returns a data directory after a stop, one as a killed system leaves it, and their contents. */
async function createData(): Promise<{ stopped: string; killed: string; contents: unknown }> {
  const [stopped, killed] = [await newFolder(), await newFolder()];
  const first = await hostText(template, { data: stopped });
  await fill(first);
  await first.close();
  // With a second start there is both a log and a table file in LevelDB.
  const second = await hostText(template, { data: stopped });
  await fill(second);
  const contents = await readAll(second);
  await cp(stopped, killed, { recursive: true });
  await second.close();
  return { stopped, killed, contents };
}

const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  halved: async (file) => truncate(file, Math.floor((await stat(file)).size / 2)),
  emptied: (file) => truncate(file, 0),
  // Never text: noise that happens to be a number would be a version.
  noise: async (file) =>
    writeFile(file, randomBytes((await stat(file)).size || 100).fill(0xff, 0, 1)),
  deleted: (file) => rm(file),
};

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(glob('**', { cwd: folder, withFileTypes: true }));
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted();
}

/** Starts from a copy with one damaged file; returns `intact` or the error message. */
async function startDamaged(source: string, file: string, damage: string): Promise<string> {
  const data = await newFolder();
  await cp(source, data, { recursive: true, preserveTimestamps: true });
  await damages[damage]?.(join(data, file));
  let outcome = 'intact';
  try {
    await using system = await hostText(template, { data });
    expect([file, damage, await readAll(system)]).toEqual([file, damage, contents]);
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
    outcome = error.message.replaceAll(data, 'DATA');
  }
  expect(await filesOf(data)).not.toContain('in-use-by');
  await rm(data, { recursive: true });
  return outcome;
}

let stopped = '';
let killed = '';
let contents: unknown;

beforeAll(async () => {
  ({ stopped, killed, contents } = await createData());
});

/** Describes an outcome: `intact`, `named` if one line names the file and what to do, or itself. */
function judge(outcome: string, file: string): string {
  // LevelDB's log has a new name after each start.
  const name = file.replace(/^dynamodb\/\d+\.log$/u, 'dynamodb/*.log');
  const isNamed = [file, name].some((each) => outcome.startsWith(`DATA/${each} `));
  return isNamed && /^.+\. (?:Restore|Delete) [^\n]+\.$/u.test(outcome) ? 'named' : outcome;
}

test.each(Object.keys(damages))(
  'each file of a stopped system that is %s is harmless or named in one line',
  async (damage) => {
    const harmless = /^(?:lock$|version$|runtime\/|inventory\.json$|dynamodb\/LO)/u;
    for (const file of await filesOf(stopped)) {
      // There is nothing to take from an empty file.
      if ((await stat(join(stopped, file))).size === 0 && damage !== 'deleted') continue;
      const outcome = judge(await startDamaged(stopped, file, damage), file);
      const allowed = harmless.test(file) ? ['intact', 'named'] : ['named'];
      expect([file, allowed]).toEqual([file, expect.arrayContaining([outcome])]);
    }
  },
);

test.each(['emptied', 'deleted'])(
  'each file of a killed system that is %s is harmless or named in one line',
  async (damage) => {
    const harmless =
      /^(?:lock$|in-use-by$|version$|runtime\/|inventory\.json$|dynamodb\/LO|.+-shm$)/u;
    for (const file of await filesOf(killed)) {
      const outcome = judge(await startDamaged(killed, file, damage), file);
      const allowed = harmless.test(file) ? ['intact', 'named'] : ['named'];
      expect([file, allowed]).toEqual([file, expect.arrayContaining([outcome])]);
    }
  },
);

test('what a first start leaves that ended half way is no obstacle', async () => {
  const data = await newFolder();
  for (const folder of ['dynamodb', 's3']) await mkdir(join(data, folder));
  const empty = ['lock', 'in-use-by', 'sqs.sqlite', 's3/objects.sqlite', 'dynamodb/LOCK'];
  const parts = ['secrets.json.17.part', 'inventory.json.17.part', 'dynamodb/MANIFEST-000001'];
  for (const file of [...empty, ...parts]) await writeFile(join(data, file), '');
  await using system = await hostText(template, { data });
  await fill(system);
  expect(await readAll(system)).toMatchObject({ item, messages: '1', object: 'kept' });
});

test('a start that fails keeps the checks of the next one', async () => {
  const data = await newFolder();
  await cp(stopped, data, { recursive: true });
  const before = await readFile(join(data, 'inventory.json'), 'utf8');
  await expect(
    hostText(`${template}  Bad: { Type: AWS::Lambda::Function }`, { data }),
  ).rejects.toThrow('Bad');
  expect(await readFile(join(data, 'inventory.json'), 'utf8')).toBe(before);
});

test('a data directory that was copied starts, although its files are newer', async () => {
  const data = await newFolder();
  await cp(stopped, data, { recursive: true });
  await using system = await hostText(template, { data });
  expect(await readAll(system)).toEqual(contents);
});
