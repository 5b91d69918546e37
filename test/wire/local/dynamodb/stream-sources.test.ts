import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let client: DynamoDBClient;

const table = (name: string): string => `
  ${name}:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: ${name}
      KeySchema: [{ AttributeName: id, KeyType: HASH }, { AttributeName: n, KeyType: RANGE }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: n, AttributeType: N }]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }`;

const failing = `|
        exports.handler = async ({ Records }) => {
          const items = Records.map(({ dynamodb }) => dynamodb.Keys.id.S + dynamodb.Keys.n.N);
          console.log('got ' + items);
          if (items.some((item) => item.startsWith('bad'))) throw new Error('bad');
        };`;

const template = `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x, Handler: index.handler, Timeout: 10 } }
Resources:
  Dead: { Type: AWS::SQS::Queue }${table('Orders')}${table('Halves')}${table('Parts')}
  Halve:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: ${failing}
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Halves.StreamArn
            StartingPosition: LATEST
            MaximumBatchingWindowInSeconds: 1
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 1
            DestinationConfig: { OnFailure: { Destination: !GetAtt Dead.Arn } }
  Part:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        const seen = new Set();
        exports.handler = async ({ Records }) => {
          const items = Records.map(({ dynamodb }) => dynamodb.Keys.id.S + dynamodb.Keys.n.N);
          console.log('part ' + items);
          const failed = Records.filter(({ eventID }, index) => index > 0 && !seen.has(eventID) && seen.add(eventID));
          return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })) };
        };
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Parts.StreamArn
            StartingPosition: TRIM_HORIZON
            MaximumBatchingWindowInSeconds: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
  Lanes:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        exports.handler = async ({ Records }) => {
          for (const { dynamodb } of Records) console.log('lane ' + dynamodb.Keys.id.S + ' ' + dynamodb.Keys.n.N);
        };
      Events:
        Stream:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            ParallelizationFactor: 3
            BatchSize: 2
            FilterCriteria:
              Filters:
                - Pattern: '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"kind":{"S":["yes"]}}}}'
`;

beforeAll(async () => {
  system = await hostText(template);
  client = new DynamoDBClient(system.config);
});
afterAll(() => system.close());

const put = (TableName: string, id: string, n: number, kind = 'yes'): Promise<unknown> => {
  const Item = { id: { S: id }, n: { N: String(n) }, kind: { S: kind } };
  return client.send(new PutItemCommand({ TableName, Item }));
};

const putAll = (TableName: string, ids: readonly string[]): Promise<unknown> => {
  const requests = ids.map((id) => ({ PutRequest: { Item: { id: { S: id }, n: { N: '1' } } } }));
  return client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
};

const logged = (word: string): readonly string[] =>
  system.lines.flatMap((line) => new RegExp(`${word} (.+)$`, 'u').exec(line)?.[1] ?? []);

test('a function gets the records that match its filters, those of a partition key in order', async () => {
  const expected: string[] = [];
  for (let n = 1; n <= 5; n += 1) {
    for (const id of ['a', 'b', 'c', 'd']) {
      await put('Orders', id, n);
      expected.push(`${id} ${n}`);
    }
    await put('Orders', 'a', n + 10, 'no');
  }
  await client.send(
    new DeleteItemCommand({ TableName: 'Orders', Key: { id: { S: 'a' }, n: { N: '1' } } }),
  );
  await expect.poll(() => logged('lane').toSorted()).toEqual(expected.toSorted());
  for (const id of ['a', 'b', 'c', 'd']) {
    const own = logged('lane').filter((line) => line.startsWith(id));
    expect(own).toEqual([1, 2, 3, 4, 5].map((n) => `${id} ${n}`));
  }
});

test('a failing batch is cut in halves, and the record that fails is reported to the destination', async () => {
  await putAll('Halves', ['one', 'bad', 'two', 'three']);
  const sqs = new SQSClient(system.config);
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: system.state.queues['Dead'], WaitTimeSeconds: 10 }),
  );
  await expect.poll(() => logged('got').at(-1)).toContain('three');
  const calls = logged('got');
  expect(calls[0]?.split(',')).toHaveLength(4);
  expect(calls.filter((call) => call === 'bad1')).toHaveLength(2);
  expect(JSON.parse(Messages[0]?.Body ?? '')).toEqual({
    requestContext: {
      requestId: expect.any(String) as string,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:local-Halve',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: expect.any(String) as string,
    DDBStreamBatchInfo: {
      shardId: expect.stringMatching(/^shardId-\d{20}-[\da-f]{8}$/u) as string,
      startSequenceNumber: expect.any(String) as string,
      endSequenceNumber: expect.any(String) as string,
      approximateArrivalOfFirstRecord: expect.any(String) as string,
      approximateArrivalOfLastRecord: expect.any(String) as string,
      batchSize: 1,
      streamArn:
        'arn:aws:dynamodb:us-east-1:000000000000:table/Halves/stream/2026-01-01T00:00:00.000',
    },
  });
});

test('only the records from the first that failed on are sent again', async () => {
  await putAll('Parts', ['p', 'q', 'r']);
  await expect.poll(() => logged('part').length).toBe(2);
  const [first = '', second = ''] = logged('part');
  expect(first.split(',')).toHaveLength(3);
  expect(second).toBe(first.split(',').slice(1).join(','));
});

test("Lambda's API shows what the mappings say", async () => {
  const lambda = new LambdaClient(system.config);
  const { EventSourceMappings } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: 'local-Halve' }),
  );
  expect(EventSourceMappings).toMatchObject([
    {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      StartingPosition: 'LATEST',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      MaximumRecordAgeInSeconds: -1,
      ParallelizationFactor: 1,
    },
  ]);
  expect(system.state.notices).toEqual([]);
});
