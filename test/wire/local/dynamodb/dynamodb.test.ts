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
  const { client, tableName: TableName } = store.table;
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
