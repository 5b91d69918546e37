import {
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

const TableName = 'items';
let system: HostedTemplate;
let client: DynamoDBClient;

beforeAll(async () => {
  system = await hostText(`
Resources:
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: items
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
`);
  client = new DynamoDBClient(system.config);
});
afterAll(() => system.close());

const put = (id: string, more: object = {}): TransactWriteItem => ({
  Put: { TableName, Item: { id: { S: id } }, ...more },
});

const write = (items: TransactWriteItem[], more: object = {}): Promise<object> =>
  client.send(new TransactWriteItemsCommand({ TransactItems: items, ...more }));

const failure = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => 'no error',
    (error: unknown) => error,
  );

const find = async (id: string): Promise<unknown> =>
  (await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;

test('a transaction writes, deletes, updates and checks', async () => {
  await write([put('old'), put('checked')]);
  await write([
    put('new'),
    { Delete: { TableName, Key: { id: { S: 'old' } } } },
    {
      Update: {
        TableName,
        Key: { id: { S: 'counter' } },
        UpdateExpression: 'ADD hits :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      },
    },
    {
      ConditionCheck: {
        TableName,
        Key: { id: { S: 'checked' } },
        ConditionExpression: 'attribute_exists(id)',
      },
    },
  ]);
  const keys = ['new', 'old', 'counter', 'checked'];
  const { Responses } = await client.send(
    new TransactGetItemsCommand({
      TransactItems: keys.map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
    }),
  );
  expect(Responses).toEqual([
    { Item: { id: { S: 'new' } } },
    {},
    { Item: { id: { S: 'counter' }, hits: { N: '1' } } },
    { Item: { id: { S: 'checked' } } },
  ]);
});

test('a failed condition cancels all actions and names its reason', async () => {
  await write([put('taken', { Item: { id: { S: 'taken' }, by: { S: 'me' } } })]);
  const isNew = {
    ConditionExpression: 'attribute_not_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  expect(await failure(write([put('free', isNew), put('taken', isNew)]))).toMatchObject({
    name: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
    CancellationReasons: [
      { Code: 'None' },
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: { id: { S: 'taken' }, by: { S: 'me' } },
      },
    ],
  });
  expect(await find('free')).toBeUndefined();
});

test('an action that cannot be applied cancels the transaction', async () => {
  const noKey = put('x', { Item: { other: { S: 'x' } } });
  expect(await failure(write([put('y'), noKey]))).toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
  });
});

test('a transaction that breaks a rule is refused', async () => {
  const check = { TableName, Key: { id: { S: 'a' } } };
  const cases: readonly (readonly [object[], string])[] = [
    [[put('a'), put('a')], 'Transaction request cannot include multiple operations on one item'],
    [[], 'Member must have length greater than or equal to 1'],
    [
      Array.from({ length: 101 }, (_, index) => put(`${index}`)),
      'Member must have length less than or equal to 100',
    ],
    [[{}], 'TransactItems can only contain one of Check, Put, Update or Delete'],
    [
      [{ ConditionCheck: check }],
      "Value null at 'transactItems.1.member.conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null",
    ],
    [
      [{ Update: check }],
      "Value null at 'transactItems.1.member.update.updateExpression' failed to satisfy constraint: Member must not be null",
    ],
    [[put('a', { ConditionExpression: 'nonsense' })], 'Invalid ConditionExpression: Syntax error'],
    [
      Array.from({ length: 11 }, (_, index) =>
        put('', { Item: { id: { S: `${index}` }, text: { S: 'x'.repeat(400_000) } } }),
      ),
      'exceeds the limit of 4 MB',
    ],
  ];
  for (const [items, message] of cases) {
    expect(await failure(write(items))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
    });
  }
  const elsewhere = put('a', { TableName: 'nowhere' });
  expect(await failure(write([elsewhere]))).toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a repeated token runs a transaction once, and only with the same items', async () => {
  const ClientRequestToken = 'token';
  const count = (step: string): TransactWriteItem => ({
    Update: {
      TableName,
      Key: { id: { S: 'once' } },
      UpdateExpression: 'ADD n :step',
      ExpressionAttributeValues: { ':step': { N: step } },
    },
  });
  const options = { ClientRequestToken, ReturnConsumedCapacity: 'TOTAL' };
  expect(await write([count('1')], options)).toMatchObject({
    ConsumedCapacity: [{ TableName, CapacityUnits: 2, WriteCapacityUnits: 2 }],
  });
  expect(await write([count('1')], options)).toMatchObject({
    ConsumedCapacity: [{ TableName, CapacityUnits: 2, ReadCapacityUnits: 2 }],
  });
  expect(await find('once')).toEqual({ id: { S: 'once' }, n: { N: '1' } });
  expect(await failure(write([count('2')], options))).toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

test('items are measured in bytes', async () => {
  const japanese = { S: 'あ'.repeat(140_000) };
  const large = { id: { S: 'large' }, text: japanese };
  const tooLarge = 'Item size has exceeded the maximum allowed size';
  const half = { S: 'あ'.repeat(70_000) };
  await client.send(new PutItemCommand({ TableName, Item: { ...large, text: half } }));
  const update = {
    TableName,
    Key: { id: { S: 'large' } },
    UpdateExpression: 'SET more = :half',
    ExpressionAttributeValues: { ':half': half },
  };
  const updateTooLarge = 'Item size to update has exceeded the maximum allowed size';
  const refusals = [
    [client.send(new PutItemCommand({ TableName, Item: large })), tooLarge],
    [write([put('', { Item: large })]), tooLarge],
    [client.send(new UpdateItemCommand(update)), updateTooLarge],
  ] as const;
  for (const [sent, message] of refusals) {
    expect(await failure(sent)).toMatchObject({ name: 'ValidationException', message });
  }
  expect(await failure(write([{ Update: update }]))).toMatchObject({
    CancellationReasons: [{ Code: 'ValidationError', Message: updateTooLarge }],
  });
});

test('statements of PartiQL are refused', async () => {
  const statement = new ExecuteStatementCommand({ Statement: 'SELECT * FROM items' });
  expect(await failure(client.send(statement))).toMatchObject({
    name: 'UnknownOperationException',
    message: 'Operation ExecuteStatement is not hosted here.',
  });
});
