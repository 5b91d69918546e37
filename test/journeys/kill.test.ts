import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { rounds } from '#test/fixtures/rounds.ts';
import { startLocalProcess, type LocalProcess } from '#test/fixtures/local-process.ts';

/** Repeats a write until the host is gone, and returns the ids of the acknowledged writes. */
async function writeUntilKilled(
  run: (id: string) => Promise<unknown>,
  round: number,
): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  for (let index = 0; ; index += 1) {
    const id = `${round}-${index}`;
    try {
      await run(id);
    } catch {
      return acknowledged;
    }
    acknowledged.push(id);
  }
}

interface AcknowledgedWrites {
  readonly rows: readonly string[];
  readonly messages: readonly string[];
  readonly ordered: readonly string[];
  readonly files: readonly string[];
}

/** Writes to all stores at once, and kills the host after `max` acknowledged writes. */
async function writeAndKill(
  host: LocalProcess,
  round: number,
  max: number,
): Promise<AcknowledgedWrites> {
  const { config, state } = host;
  const [dynamo, sqs, s3] = [
    new DynamoDBClient(config),
    new SQSClient(config),
    new S3Client(config),
  ];
  const { tables, queues, buckets } = state;
  let count = 0;
  const counted = async (work: Promise<unknown>): Promise<void> => {
    await work;
    count += 1;
    if (count === max) void host.kill('SIGKILL');
  };
  const [rows, messages, ordered, files] = await Promise.all([
    writeUntilKilled(
      (id) =>
        counted(
          dynamo.send(new PutItemCommand({ TableName: tables['Rows'], Item: { id: { S: id } } })),
        ),
      round,
    ),
    writeUntilKilled(
      (id) =>
        counted(sqs.send(new SendMessageCommand({ QueueUrl: queues['Plain'], MessageBody: id }))),
      round,
    ),
    writeUntilKilled(
      (id) =>
        counted(
          sqs.send(
            new SendMessageCommand({
              QueueUrl: queues['Ordered'],
              MessageBody: id,
              MessageGroupId: 'one',
            }),
          ),
        ),
      round,
    ),
    writeUntilKilled(
      (id) =>
        counted(s3.send(new PutObjectCommand({ Bucket: buckets['Files'], Key: id, Body: id }))),
      round,
    ),
  ]);
  return { rows, messages, ordered, files };
}

/** Receives all messages of a queue, and returns their bodies in order. */
async function drain({ config, state }: LocalProcess, queue: string): Promise<readonly string[]> {
  const sqs = new SQSClient(config);
  const bodies: string[] = [];
  for (;;) {
    const read = { QueueUrl: state.queues[queue], MaxNumberOfMessages: 10 };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(read));
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    if (Messages.length === 0) return bodies;
  }
}

test('a killed host loses no acknowledged write', { timeout: rounds * 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const all: AcknowledgedWrites[] = [];
  // Each round kills the host at a different moment.
  const moments = Array.from({ length: rounds }, () => [40, 97, 181]).flat();
  for (const [round, max] of moments.entries()) {
    const host = await startLocalProcess('cfn-stores/template.yaml', folder);
    all.push(await writeAndKill(host, round, max));
  }
  const host = await startLocalProcess('cfn-stores/template.yaml', folder);
  const dynamo = new DynamoDBClient(host.config);
  const { Items = [] } = await dynamo.send(
    new ScanCommand({ TableName: host.state.tables['Rows'] }),
  );
  const rows = Items.map(({ id }) => id?.S);
  expect(rows).toEqual(expect.arrayContaining(all.flatMap((each) => each.rows)));

  const messages = await drain(host, 'Plain');
  expect(messages).toEqual(expect.arrayContaining(all.flatMap((each) => each.messages)));
  expect(new Set(messages).size).toBe(messages.length);

  const { Contents = [] } = await new S3Client(host.config).send(
    new ListObjectsV2Command({ Bucket: host.state.buckets['Files'] }),
  );
  expect(Contents.map(({ Key }) => Key)).toEqual(
    expect.arrayContaining(all.flatMap((each) => each.files)),
  );

  // A message group is received in order, at most ten messages in flight.
  const first = (await drain(host, 'Ordered')).slice(0, 10);
  expect(first).toEqual(all.flatMap((each) => each.ordered).slice(0, 10));
  expect(all.flatMap((each) => each.rows).length).toBeGreaterThan(20);
  await host.kill('SIGTERM');
});
