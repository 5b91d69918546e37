import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { createManualClock, createVirtualClock } from '#local/process/clock.ts';
import { hostTemplate, type HostedTemplate } from '#test/fixtures/host-template.ts';

test('SAM: a queue invokes its worker, and a message that fails twice moves to the dead-letter queue', async () => {
  await using system = await hostTemplate('sam-queue/template.yaml');
  const { queues, tables } = system.state;
  const sqs = new SQSClient(system.config);
  const Entries = ['one', 'poison', 'two'].map((MessageBody, index) => ({
    Id: String(index),
    MessageBody,
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queues['Tasks'], Entries }));
  const dynamo = new DynamoDBClient(system.config);
  const stored = async (): Promise<unknown> => {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: tables['Results'] }));
    return new Set(Items.map(({ task }) => task?.S));
  };
  await expect.poll(stored).toEqual(new Set(['one', 'two']));
  const dead = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queues['Dead'],
      WaitTimeSeconds: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  expect(dead.Messages).toMatchObject([
    {
      Body: 'poison',
      Attributes: { DeadLetterQueueSourceArn: expect.stringContaining('Tasks') as string },
    },
  ]);
  const left = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queues['Tasks'], AttributeNames: ['All'] }),
  );
  expect(left.Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
  const lambda = new LambdaClient(system.config);
  const { EventSourceMappings } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: 'local-Worker' }),
  );
  expect(EventSourceMappings).toMatchObject([
    { BatchSize: 5, FunctionResponseTypes: ['ReportBatchItemFailures'] },
  ]);
  expect(system.lines.filter((line) => line.startsWith('!'))).toEqual([]);
  expect(system.state.notices).toContain(
    'Grants: a Connector only grants permissions, and is not needed here',
  );
});

/** Runs an execution to its end. */
async function execute(system: HostedTemplate, input: object): Promise<DescribeExecutionOutput> {
  const sfn = new SFNClient(system.config);
  const stateMachineArn = system.state.stateMachines['Pipeline'];
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  const describe = (): Promise<DescribeExecutionOutput> =>
    sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).not.toBe('RUNNING');
  return describe();
}

test('SAM: a workflow calls a function and a model, in sequence and in parallel', async () => {
  await using system = await hostTemplate('sam-workflow/template.yaml', {
    clock: createVirtualClock(),
  });
  const { status, output, executionArn } = await execute(system, {
    text: "quotes ' and {} and $.x and States.Format('{}')",
    tags: ['a', 'b', 'c'],
    flaky: true,
  });
  expect(status).toBe('SUCCEEDED');
  const result = JSON.parse(output ?? '') as Record<string, unknown>;
  expect(result).toMatchObject({ length: 'long', tags: ['0:a', '1:b', '2:c'] });
  expect(result['summary']).toEqual(expect.any(String));
  const sfn = new SFNClient(system.config);
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 200 }),
  );
  const types = events.map(({ type }) => type);
  expect(types.slice(0, 4)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
  ]);
  expect(types.filter((type) => type === 'TaskFailed')).toHaveLength(2);
  expect(types.filter((type) => type === 'MapIterationSucceeded')).toHaveLength(3);
  expect(types.at(-1)).toBe('ExecutionSucceeded');
});

test('SAM: a failed execution reports its error and its cause', async () => {
  await using system = await hostTemplate('sam-workflow/template.yaml');
  expect(await execute(system, { text: 'a', tags: [], refuse: true })).toMatchObject({
    status: 'FAILED',
    error: 'NotADocument',
    cause: 'Refused: NotADocument',
  });
});

test('CloudFormation: an express state machine in JSONata returns its output', async () => {
  await using system = await hostTemplate('cfn-express/template.json', {
    clock: createVirtualClock(),
  });
  const sfn = new SFNClient({ ...system.config, disableHostPrefix: true });
  const stateMachineArn = system.state.stateMachines['Grade'];
  const grade = (input: object) =>
    sfn.send(new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  expect(await grade({ name: 'Ada', marks: [5, 6] })).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"grade":"pass","name":"Ada"}',
  });
  expect(await grade({ name: '{% $eval %}', marks: [1] })).toMatchObject({
    output: '{"grade":"fail"}',
  });
  const dynamo = new DynamoDBClient(system.config);
  const Key = { id: { S: '{% $eval %}' } };
  const { Item } = await dynamo.send(
    new GetItemCommand({ TableName: system.state.tables['Marks'], Key }),
  );
  expect(Item).toMatchObject({ total: { N: '1' } });
  expect(await grade({ name: 'Bob' })).toMatchObject({
    status: 'FAILED',
    error: 'States.QueryEvaluationError',
    cause: expect.stringMatching(
      /^An error occurred while executing the state '\w+' \(entered at the event id #2\)\. The JSONata expression /u,
    ),
  });
});

test('SAM: an uploaded file and a schedule both invoke a function', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 2, 2, 59));
  await using system = await hostTemplate('sam-bucket/template.yaml', { clock });
  const dynamo = new DynamoDBClient(system.config);
  const textOf = async (id: string): Promise<string | undefined> => {
    const Key = { id: { S: id } };
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName: system.state.tables['Found'], Key }),
    );
    return Item?.['text']?.S;
  };
  const s3 = new S3Client(system.config);
  const upload = (Key: string) =>
    s3.send(new PutObjectCommand({ Bucket: system.state.buckets['Files'], Key, Body: 'ハロー' }));
  await upload('ignored.pdf');
  await upload('a folder/日本語.txt');
  await expect.poll(() => textOf('a folder/日本語.txt')).toBe('ハロー');
  await clock.advance(59_000);
  expect(await textOf('night')).toBeUndefined();
  await clock.advance(1_000);
  await expect.poll(() => textOf('night')).toBe('it was night');
  expect(await textOf('ignored.pdf')).toBeUndefined();
});

test('CloudFormation: asynchronous events are retried, and their results sent to destinations', async () => {
  const clock = createManualClock();
  await using system = await hostTemplate('cfn-async/template.yaml', { clock });
  const lambda = new LambdaClient(system.config);
  const FunctionName = 'local-Work';
  const send = (payload: object) =>
    lambda.send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'Event',
        Payload: JSON.stringify(payload),
      }),
    );
  const sqs = new SQSClient(system.config);
  const received = async (queue: string): Promise<Message> => {
    const QueueUrl = system.state.queues[queue];
    const messages: Message[] = [];
    const look = async (): Promise<number> => {
      const read = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
      messages.push(...((await sqs.send(read)).Messages ?? []));
      return messages.length;
    };
    await expect.poll(look).toBe(1);
    return messages[0] ?? {};
  };

  expect((await send({ fail: false })).StatusCode).toBe(202);
  expect(JSON.parse((await received('Done')).Body ?? '')).toMatchObject({
    requestContext: { condition: 'Success', approximateInvokeCount: 1 },
    responsePayload: { calls: 1 },
  });

  await send({ fail: true });
  const errors = (): number => system.lines.filter((line) => line.includes('Invoke Error')).length;
  await expect.poll(errors).toBe(1);
  await clock.advance(59_000);
  expect(errors()).toBe(1);
  await clock.advance(1_000);
  expect(JSON.parse((await received('Failed')).Body ?? '')).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
    requestPayload: { fail: true },
    responsePayload: { errorType: 'Error', errorMessage: 'call 3' },
  });
  const dead = await received('Dead');
  expect(dead.Body).toBe('{"fail":true}');
  expect(dead.MessageAttributes).toMatchObject({ ErrorMessage: { StringValue: 'call 3' } });
});
