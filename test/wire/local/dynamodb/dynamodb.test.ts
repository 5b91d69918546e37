import { AwsClient } from 'aws4fetch';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostStore, type HostedStore } from '#test/fixtures/turn-store.ts';

let store: HostedStore;

beforeAll(async () => {
  store = await hostStore();
});
afterAll(() => store.system.close());

test('a write that fails its condition returns the existing item', async () => {
  const { documents: client, tableName: TableName } = store;
  const Key = { pk: 'a', sk: 'b' };
  await client.send(new PutCommand({ TableName, Item: { ...Key, count: 3 } }));
  const condition = {
    TableName,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
  const writes = await Promise.allSettled([
    client.send(new PutCommand({ ...condition, Item: Key })),
    client.send(new UpdateCommand({ ...condition, Key, UpdateExpression: 'REMOVE nothing' })),
    client.send(new DeleteCommand({ ...condition, Key })),
  ]);
  for (const write of writes) {
    const error: unknown = write.status === 'rejected' ? write.reason : undefined;
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { count: { N: '3' }, pk: { S: 'a' } } });
  }
  const absent = new UpdateCommand({
    ...condition,
    Key: { pk: 'a', sk: 'nothing' },
    ConditionExpression: 'attribute_exists(pk)',
    UpdateExpression: 'REMOVE nothing',
  });
  const error: unknown = await client.send(absent).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
});

/** Inputs that are wrong in one place each: every value replaced by each of some others. */
function wrongInputs(input: unknown): readonly unknown[] {
  const others = [null, true, 7, 'x', '', [], {}, [null], { S: null }, { N: 'x' }];
  if (Array.isArray(input)) {
    return [
      ...others,
      ...input.flatMap((item, index) => wrongInputs(item).map((wrong) => input.with(index, wrong))),
    ];
  }
  if (typeof input !== 'object' || input === null) return others;
  const members = Object.entries(input).flatMap(([name, member]) =>
    wrongInputs(member).map((wrong) => Object.assign({}, input, { [name]: wrong })),
  );
  return [...others, ...members];
}

test('whatever a request contains, it is answered, and others are not affected', async () => {
  const { tableName: TableName } = store;
  const { credentials, endpoints, region } = store.system.state;
  const signer = new AwsClient({ ...credentials, region, service: 'dynamodb', retries: 0 });
  const send = (operation: string, input: unknown): Promise<Response> =>
    signer.fetch(endpoints.aws, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': operation.includes('.') ? operation : `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(input),
    });
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
  const values = { ':v': { N: '1' } };
  const streams = 'DynamoDBStreams_20120810';
  const StreamArn = `arn:aws:dynamodb:${region}:000000000000:table/${TableName}/stream/x`;
  const ShardId = `shardId-${'0'.repeat(20)}-00000000`;
  const inputs = {
    PutItem: { TableName, Item: { ...Key, list: { L: [{ S: 'x' }] }, map: { M: {} } } },
    GetItem: { TableName, Key, ProjectionExpression: 'pk' },
    UpdateItem: {
      TableName,
      Key,
      UpdateExpression: 'ADD #c :v SET #d = if_not_exists(#d, :v) + :v',
      ExpressionAttributeNames: { '#c': 'count', '#d': 'other' },
      ExpressionAttributeValues: values,
    },
    Query: {
      TableName,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
      ExclusiveStartKey: Key,
    },
    Scan: {
      TableName,
      FilterExpression: '#c > :v',
      ExpressionAttributeNames: { '#c': 'count' },
      ExpressionAttributeValues: values,
    },
    BatchWriteItem: { RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } },
    BatchGetItem: { RequestItems: { [TableName]: { Keys: [Key] } } },
    DeleteItem: { TableName, Key },
    TransactWriteItems: {
      TransactItems: [
        {
          Update: {
            TableName,
            Key,
            UpdateExpression: 'ADD #c :v',
            ExpressionAttributeNames: { '#c': 'count' },
            ExpressionAttributeValues: values,
          },
        },
      ],
      ClientRequestToken: 'token',
    },
    TransactGetItems: { TransactItems: [{ Get: { TableName, Key, ProjectionExpression: 'pk' } }] },
    UpdateTimeToLive: {
      TableName,
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
    UpdateTable: {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexUpdates: [],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    },
    [`${streams}.ListStreams`]: { TableName, Limit: 1, ExclusiveStartStreamArn: StreamArn },
    [`${streams}.DescribeStream`]: { StreamArn, Limit: 1, ExclusiveStartShardId: ShardId },
    [`${streams}.GetShardIterator`]: {
      StreamArn,
      ShardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: '1'.repeat(21),
    },
    [`${streams}.GetRecords`]: { ShardIterator: `${StreamArn}|1|e30=`, Limit: 1 },
  };
  for (const [operation, input] of Object.entries(inputs)) {
    for (const wrong of [input, ...wrongInputs(input)]) {
      const { status } = await send(operation, wrong);
      expect([operation, wrong, [200, 400].includes(status)]).toEqual([operation, wrong, true]);
    }
  }
  expect((await send('GetItem', { TableName, Key })).status).toBe(200);
});
