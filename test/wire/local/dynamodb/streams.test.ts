import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  change,
  enabled,
  hostStreams,
  item,
  type StreamSystem,
} from '#test/fixtures/table-streams.ts';

let host: StreamSystem;

beforeAll(async () => {
  host = await hostStreams();
});
afterAll(() => host.system.close());

test('a table of a template has the stream that its attribute names', async () => {
  const arn = host.system.state.outputs['Stream'] ?? '';
  const { Table } = await host.client.send(new DescribeTableCommand({ TableName: 'declared' }));
  expect(Table).toMatchObject({
    LatestStreamArn: arn,
    LatestStreamLabel: arn.split('/').at(-1),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  await host.put('declared', 'a', 1);
  expect((await host.allRecords(arn)).map(change)).toEqual(['INSERT a - 1']);
  expect(host.system.state.notices).toEqual([]);
});

test('a stream records each change of an item once and in order, and no write that changes nothing', async () => {
  const TableName = 'changes';
  const arn = await host.createTable(TableName, enabled('NEW_AND_OLD_IMAGES'));
  const Key = { id: { S: 'a' } };
  await host.put(TableName, 'a', 1);
  await host.put(TableName, 'a', 1);
  const update = (UpdateExpression: string, condition?: string): Promise<unknown> =>
    host.client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression,
        ConditionExpression: condition,
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  await update('SET n = n + :one');
  await update('SET n = if_not_exists(n, :one)');
  await expect(update('SET n = n + :one', 'n = :one')).rejects.toThrow('conditional');
  await host.client.send(new DeleteItemCommand({ TableName, Key }));
  await host.client.send(new DeleteItemCommand({ TableName, Key }));
  const requests = ['b', 'c'].map((id) => ({ PutRequest: { Item: item(id, 1) } }));
  await host.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  const remove = { Delete: { TableName, Key: { id: { S: 'b' } } } };
  const TransactItems = [{ Put: { TableName, Item: item('c', 2) } }, remove];
  await host.client.send(new TransactWriteItemsCommand({ TransactItems }));
  const records = await host.allRecords(arn);
  expect(records.map(change)).toEqual([
    'INSERT a - 1',
    'MODIFY a 1 2',
    'REMOVE a 2 -',
    'INSERT b - 1',
    'INSERT c - 1',
    'MODIFY c 1 2',
    'REMOVE b 1 -',
  ]);
  const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
  expect(numbers).toEqual(numbers.toSorted());
  expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(7);
  expect(records[1]).toEqual({
    eventID: expect.stringMatching(/^[\da-f]{32}$/u) as string,
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: new Date(host.clock.now()),
      Keys: Key,
      OldImage: item('a', 1),
      NewImage: item('a', 2),
      SequenceNumber: expect.stringMatching(/^\d{21,40}$/u) as string,
      SizeBytes: 3 + 6 + 6,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
});

test.each<[StreamViewType, readonly string[]]>([
  ['KEYS_ONLY', ['INSERT a - -', 'MODIFY a - -', 'REMOVE a - -']],
  ['NEW_IMAGE', ['INSERT a - 1', 'MODIFY a - 2', 'REMOVE a - -']],
  ['OLD_IMAGE', ['INSERT a - -', 'MODIFY a 1 -', 'REMOVE a 2 -']],
  ['NEW_AND_OLD_IMAGES', ['INSERT a - 1', 'MODIFY a 1 2', 'REMOVE a 2 -']],
])('a stream of the type %s has its images', async (type, expected) => {
  const TableName = `view-${type}`;
  const arn = await host.createTable(TableName, enabled(type));
  await host.put(TableName, 'a', 1);
  await host.put(TableName, 'a', 2);
  await host.client.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'a' } } }));
  expect((await host.allRecords(arn)).map(change)).toEqual(expected);
});
