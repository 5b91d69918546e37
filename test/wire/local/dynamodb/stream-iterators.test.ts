import {
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  type StreamSpecification,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  change,
  enabled,
  hostStreams,
  shardOf,
  type StreamSystem,
} from '#test/fixtures/table-streams.ts';

const hour = 3_600_000;
let host: StreamSystem;

beforeAll(async () => {
  host = await hostStreams();
});
afterAll(() => host.system.close());

test('iterators begin at the horizon, at or after a record, and after the last one', async () => {
  const TableName = 'iterators';
  const arn = await host.createTable(TableName, enabled('NEW_IMAGE'));
  for (const n of [1, 2, 3]) await host.put(TableName, 'a', n);
  const [, second] = await host.allRecords(arn);
  const number = second?.dynamodb?.SequenceNumber;
  const images = async (text: string): Promise<readonly unknown[]> =>
    (await host.read(text)).Records?.map(({ dynamodb }) => dynamodb?.NewImage?.['n']?.N) ?? [];
  const latest = await host.iterator(arn, 'LATEST');
  expect(await images(await host.iterator(arn, 'AT_SEQUENCE_NUMBER', number))).toEqual(['2', '3']);
  expect(await images(await host.iterator(arn, 'AFTER_SEQUENCE_NUMBER', number))).toEqual(['3']);
  const { NextShardIterator = '' } = await host.read(latest);
  await host.put(TableName, 'a', 4);
  expect(await images(latest)).toEqual(['4']);
  expect(await images(NextShardIterator)).toEqual(['4']);
  const page = await host.read(await host.iterator(arn), 3);
  expect(page.Records).toHaveLength(3);
  expect(await images(page.NextShardIterator ?? '')).toEqual(['4']);
});

test('wrong iterators are refused as on AWS', async () => {
  const TableName = 'refusals';
  const arn = await host.createTable(TableName, enabled('NEW_IMAGE'));
  const ShardId = await shardOf(host.streams, arn);
  const get = (input: object): Promise<unknown> =>
    host.streams.send(
      new GetShardIteratorCommand({
        StreamArn: arn,
        ShardId,
        ShardIteratorType: 'LATEST',
        ...input,
      }),
    );
  const missing = { name: 'ResourceNotFoundException' };
  await expect(get({ StreamArn: `${arn}1` })).rejects.toMatchObject(missing);
  await expect(get({ ShardId: `${ShardId}1` })).rejects.toMatchObject(missing);
  const invalid = { name: 'ValidationException' };
  await expect(get({ ShardId: 'short' })).rejects.toMatchObject(invalid);
  await expect(get({ ShardIteratorType: 'OLDEST' })).rejects.toMatchObject(invalid);
  await expect(get({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' })).rejects.toMatchObject(invalid);
  await expect(host.read('nonsense')).rejects.toMatchObject(invalid);
  await expect(host.read(`${arn}|1|e30=`)).rejects.toMatchObject(invalid);
  const StreamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/x/stream/y';
  await expect(host.streams.send(new DescribeStreamCommand({ StreamArn }))).rejects.toMatchObject({
    ...missing,
    message: `Requested resource not found: Stream: ${StreamArn} not found`,
  });
  const expiring = await host.iterator(arn);
  await host.clock.advance(15 * 60_000);
  await expect(host.read(expiring)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
});

test('records are trimmed after 24 hours', async () => {
  const TableName = 'trimmed';
  const arn = await host.createTable(TableName, enabled('NEW_IMAGE'));
  await host.put(TableName, 'a', 1);
  await host.put(TableName, 'a', 2);
  const [first] = await host.allRecords(arn);
  await host.clock.advance(24 * hour - 60_000);
  await host.put(TableName, 'a', 3);
  const before = await host.iterator(arn);
  await host.clock.advance(60_000);
  const name = 'TrimmedDataAccessException';
  await expect(host.read(before)).rejects.toMatchObject({ name });
  const number = first?.dynamodb?.SequenceNumber;
  await expect(host.iterator(arn, 'AFTER_SEQUENCE_NUMBER', number)).rejects.toMatchObject({ name });
  expect((await host.allRecords(arn)).map(change)).toEqual(['MODIFY a - 3']);
});

test('a stream is enabled and disabled, and stays readable for 24 hours', async () => {
  const TableName = 'switched';
  expect(await host.createTable(TableName, undefined)).toBe('');
  const update = (StreamSpecification: StreamSpecification): Promise<unknown> =>
    host.client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
  const disabled = { StreamEnabled: false };
  await expect(update(disabled)).rejects.toThrow(
    `Table has no stream to disable: TableName: ${TableName}`,
  );
  await expect(update({ StreamEnabled: true })).rejects.toThrow(
    'If stream is being enabled then UpdateViewType is required',
  );
  await host.put(TableName, 'a', 1);
  await update(enabled('NEW_IMAGE'));
  await host.put(TableName, 'a', 2);
  await expect(update(enabled('KEYS_ONLY'))).rejects.toThrow(
    `Table already has an enabled stream: TableName: ${TableName}`,
  );
  const describe = async (): Promise<Partial<TableDescription>> =>
    (await host.client.send(new DescribeTableCommand({ TableName }))).Table ?? {};
  const { LatestStreamArn: arn = '' } = await describe();
  await update(disabled);
  await host.put(TableName, 'a', 3);
  expect(await describe()).toMatchObject({ LatestStreamArn: arn });
  expect(await describe()).not.toHaveProperty('StreamSpecification');
  const { Records = [], NextShardIterator } = await host.read(await host.iterator(arn));
  expect(Records.map(change)).toEqual(['MODIFY a - 2']);
  const end = NextShardIterator === undefined ? {} : await host.read(NextShardIterator);
  expect(end).not.toHaveProperty('NextShardIterator');
  await host.clock.advance(1000);
  await update(enabled('OLD_IMAGE'));
  await host.client.send(new DeleteTableCommand({ TableName }));
  const list = async (): Promise<number | undefined> =>
    (await host.streams.send(new ListStreamsCommand({ TableName }))).Streams?.length;
  expect(await list()).toBe(2);
  const { StreamDescription } = await host.streams.send(
    new DescribeStreamCommand({ StreamArn: arn }),
  );
  expect(StreamDescription).toMatchObject({
    StreamStatus: 'DISABLED',
    StreamViewType: 'NEW_IMAGE',
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    Shards: [{ SequenceNumberRange: { EndingSequenceNumber: expect.any(String) as string } }],
  });
});

test('lists of streams have pages', async () => {
  const arns: string[] = [];
  let ExclusiveStartStreamArn: string | undefined;
  do {
    const page = await host.streams.send(
      new ListStreamsCommand({ Limit: 2, ExclusiveStartStreamArn }),
    );
    arns.push(...(page.Streams ?? []).map(({ StreamArn = '' }) => StreamArn));
    ExclusiveStartStreamArn = page.LastEvaluatedStreamArn;
  } while (ExclusiveStartStreamArn !== undefined);
  const all = await host.streams.send(new ListStreamsCommand({}));
  expect(arns.length).toBeGreaterThan(3);
  expect(arns).toEqual(all.Streams?.map(({ StreamArn }) => StreamArn));
});
