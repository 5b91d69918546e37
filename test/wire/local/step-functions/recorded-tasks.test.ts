import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tasks } from '#test/fixtures/recorded-tasks.ts';
import { hostResources } from '#test/fixtures/template.ts';

const code = `
export const handler = async (event) => {
  if (event?.break) throw Object.assign(new Error('as requested'), { name: 'Broken' });
  if (event?.hang) await new Promise((resolve) => setTimeout(resolve, 8_000));
  if (event?.large) return 'x'.repeat(262_144);
  return { got: event };
};`;

const resources = {
  Echo: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: code },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
    },
  },
  Queue: { Type: 'AWS::SQS::Queue' },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
  ...Object.fromEntries(
    Object.entries(tasks).map(([name, Definition]) => [
      name,
      {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          Definition,
          DefinitionSubstitutions: {
            Echo: { 'Fn::GetAtt': ['Echo', 'Arn'] },
            Table: { Ref: 'Table' },
            Queue: { Ref: 'Queue' },
            Bucket: { Ref: 'Bucket' },
            ...(name === 'Child' ? {} : { Child: { Ref: 'Child' } }),
          },
        },
      },
    ]),
  ),
};

let system: Awaited<ReturnType<typeof hostResources>>;
let sfn: SFNClient;

beforeAll(async () => {
  system = await hostResources(resources);
  const { endpoints, region, credentials } = system.state;
  sfn = new SFNClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

const start = async (logicalId: string, input: unknown) =>
  sfn.send(
    new StartExecutionCommand({
      stateMachineArn: system.state.stateMachines[logicalId],
      input: JSON.stringify(input),
    }),
  );

async function historyOf(executionArn: string | undefined): Promise<readonly HistoryEvent[]> {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events;
}

async function run(logicalId: string, input: unknown = {}) {
  const { executionArn } = await start(logicalId, input);
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status, { timeout: 5_000 }).not.toBe('RUNNING');
  const { output, error, cause, status } = await describe();
  const events = await historyOf(executionArn);
  return { status, error, cause, output: JSON.parse(output ?? 'null') as unknown, events };
}

const types = (events: readonly HistoryEvent[]): readonly string[] =>
  events.map(({ type, previousEventId }) => `${type} ${previousEventId}`);

const metadata = {
  SdkHttpMetadata: {
    AllHttpHeaders: { 'x-amzn-RequestId': [expect.any(String)] },
    HttpHeaders: { 'Content-Length': expect.any(String), 'x-amzn-RequestId': expect.any(String) },
    HttpStatusCode: 200,
  },
  SdkResponseMetadata: { RequestId: expect.stringMatching(/./u) },
};

const item = { id: { S: 'one' } };

test('an optimized integration returns what the client knows of the response', async () => {
  const { output, events } = await run('Put', { item });
  expect(output).toMatchObject(metadata);
  expect(types(events)).toEqual([
    'ExecutionStarted 0',
    'TaskStateEntered 0',
    'TaskScheduled 2',
    'TaskStarted 3',
    'TaskSucceeded 4',
    'TaskStateExited 5',
    'ExecutionSucceeded 6',
  ]);
  const names = { resource: 'putItem', resourceType: 'dynamodb' };
  expect(events[2]?.taskScheduledEventDetails).toEqual({
    ...names,
    region: system.state.region,
    parameters: JSON.stringify({ TableName: system.state.tables['Table'], Item: item }),
  });
  expect(events[3]?.taskStartedEventDetails).toEqual(names);
  expect(events[4]?.taskSucceededEventDetails).toMatchObject({
    ...names,
    outputDetails: { truncated: false },
  });
});

test('an SDK integration returns the response alone', async () => {
  const { output, events } = await run('SdkPut', { item });
  expect(output).toEqual({});
  expect(events[2]?.taskScheduledEventDetails).toMatchObject({ resourceType: 'aws-sdk:dynamodb' });
});

const v1 = (service: string, code: string): RegExp =>
  new RegExp(
    `\\(Service: ${service}; Status Code: \\d+; Error Code: ${code}; Request ID: [^;]+; Proxy: null\\)$`,
    'u',
  );
const v2 = (service: string): RegExp =>
  new RegExp(
    `\\(Service: ${service}, Status Code: \\d+, Request ID: [^,]+(?:, Extended .*)?\\)$`,
    'u',
  );

test.each<[string, unknown, string, RegExp]>([
  [
    'NoTable',
    { item },
    'DynamoDB.ResourceNotFoundException',
    v1('AmazonDynamoDBv2', 'ResourceNotFoundException'),
  ],
  [
    'Put',
    { item: {} },
    'DynamoDB.AmazonDynamoDBException',
    v1('AmazonDynamoDBv2', 'ValidationException'),
  ],
  ['SdkNoTable', { item }, 'DynamoDb.ResourceNotFoundException', v2('DynamoDb')],
  ['SdkPut', { item: {} }, 'DynamoDb.DynamoDbException', v2('DynamoDb')],
  [
    'NoFunction',
    {},
    'Lambda.ResourceNotFoundException',
    v1('AWSLambda', 'ResourceNotFoundException'),
  ],
  ['S3Get', { key: 'none' }, 'S3.NoSuchKeyException', v2('S3')],
  ['S3NoBucket', {}, 'S3.NoSuchBucketException', v2('S3')],
  ['BadToken', {}, 'Sfn.InvalidTokenException', v2('Sfn')],
  [
    'NoMachine',
    {},
    'StepFunctions.StateMachineDoesNotExistException',
    v1('AWSStepFunctions', 'StateMachineDoesNotExist'),
  ],
])('%s with %j fails with the error of the service', async (id, input, error, cause) => {
  const ended = await run(id, input);
  expect(ended).toMatchObject({ status: 'FAILED', error });
  expect(ended.cause).toMatch(cause);
  expect(types(ended.events).slice(-2)).toEqual(['TaskFailed 4', 'ExecutionFailed 5']);
});

test('a function gets a text that is JSON as that JSON, and any other text as a text', async () => {
  const given: readonly unknown[] = ['{"a":1}', 'text', ['x'], 3];
  const outputs = await Promise.all(given.map((input) => run('Invoke', input)));
  expect(outputs.map(({ output }) => output)).toMatchObject([
    { Payload: { got: { a: 1 } }, StatusCode: 200, ExecutedVersion: '$LATEST', ...metadata },
    { Payload: { got: 'text' } },
    { Payload: { got: ['x'] } },
    { Payload: { got: 3 } },
  ]);
  expect((await run('InvokeBare')).output).toMatchObject({ Payload: { got: {} } });
});

test('the SDK calls a function without failing for its error', async () => {
  expect((await run('SdkInvoke', { a: 1 })).output).toEqual({
    ExecutedVersion: '$LATEST',
    Payload: '{"got":{"a":1}}',
    StatusCode: 200,
  });
  expect((await run('SdkInvoke', { break: true })).output).toMatchObject({
    FunctionError: 'Unhandled',
    StatusCode: 200,
  });
});

test('a result that is too large is an error that States.ALL catches', async () => {
  const { output, events } = await run('Large', { large: true });
  expect(output).toEqual({
    Error: 'States.DataLimitExceeded',
    Cause:
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  expect(types(events).slice(4, 6)).toEqual(['TaskFailed 4', 'TaskStateExited 5']);
});

test('a function that is called by its ARN has events of its own', async () => {
  const { events, error, cause } = await run('Direct', { break: true });
  expect(error).toBe('Broken');
  expect(JSON.parse(cause ?? '')).toMatchObject({ errorType: 'Broken' });
  expect(types(events).slice(2)).toEqual([
    'LambdaFunctionScheduled 2',
    'LambdaFunctionStarted 3',
    'LambdaFunctionFailed 4',
    'ExecutionFailed 5',
  ]);
  expect(events[2]?.lambdaFunctionScheduledEventDetails).toMatchObject({
    input: '{"break":true}',
    inputDetails: { truncated: false },
    timeoutInSeconds: 9,
  });
  expect(events[3]).not.toHaveProperty('lambdaFunctionStartedEventDetails');
});

test('objects come and go with what S3 says about them', async () => {
  const put = await run('S3Put', { a: 1 });
  expect(put.output).toEqual({
    ETag: '"bb6cb5c68df4652941caf652a366f2d8"',
    ServerSideEncryption: 'AES256',
  });
  expect((await run('S3Get', { key: 'k.json' })).output).toEqual({
    AcceptRanges: 'bytes',
    Body: '{"a":1}',
    ContentLength: 7,
    ContentType: expect.any(String),
    ETag: '"bb6cb5c68df4652941caf652a366f2d8"',
    LastModified: expect.stringMatching(/Z$/u),
    Metadata: {},
    ServerSideEncryption: 'AES256',
  });
});

test('a missed heartbeat is a timeout, which its own name catches', async () => {
  const [missed, caught] = await Promise.all([run('Beat'), run('BeatCaught')]);
  expect(missed).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: undefined });
  expect(types(missed.events).slice(2)).toEqual([
    'TaskScheduled 2',
    'TaskStarted 3',
    'TaskSubmitted 4',
    'TaskTimedOut 5',
    'ExecutionFailed 6',
  ]);
  expect(missed.events[2]?.taskScheduledEventDetails).toMatchObject({
    heartbeatInSeconds: 1,
    timeoutInSeconds: 60,
    resource: 'sendMessage.waitForTaskToken',
    resourceType: 'sqs',
  });
  expect(JSON.parse(missed.events[4]?.taskSubmittedEventDetails?.output ?? '')).toMatchObject({
    MD5OfMessageBody: expect.any(String),
    MessageId: expect.any(String),
    ...metadata,
  });
  expect(caught.output).toEqual({ Error: 'States.Timeout', Cause: '' });
});

test('a task that fails by its token without an error has none', async () => {
  const { executionArn } = await start('Beat', {});
  const submitted = async () => (await historyOf(executionArn))[4]?.type;
  await expect.poll(submitted).toBe('TaskSubmitted');
  const scheduled = (await historyOf(executionArn))[2]?.taskScheduledEventDetails?.parameters;
  const { token } = (JSON.parse(scheduled ?? '') as { MessageBody: { token: string } }).MessageBody;
  await sfn.send(new SendTaskFailureCommand({ taskToken: token }));
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).toBe('FAILED');
  expect(await describe()).not.toHaveProperty('error');
});

test('a stopped execution records that it was aborted', async () => {
  const { executionArn } = await start('Beat', {});
  await expect.poll(async () => (await historyOf(executionArn)).length).toBe(5);
  await sfn.send(new StopExecutionCommand({ executionArn }));
  await expect.poll(async () => (await historyOf(executionArn)).length).toBe(6);
  expect((await historyOf(executionArn))[5]).toMatchObject({
    type: 'ExecutionAborted',
    previousEventId: 0,
    executionAbortedEventDetails: {},
  });
});

test('a task that waits for an execution returns what DescribeExecution does', async () => {
  const input = { a: 0.5 };
  const text = JSON.stringify(input);
  const described = {
    ExecutionArn: expect.stringContaining(':execution:'),
    Input: text,
    InputDetails: { Included: true },
    Name: expect.any(String),
    Output: text,
    OutputDetails: { Included: true },
    StartDate: expect.any(Number),
    StateMachineArn: system.state.stateMachines['Child'],
    Status: 'SUCCEEDED',
    StopDate: expect.any(Number),
  };
  expect((await run('Sync', input)).output).toEqual(described);
  const second = await run('Sync2', input);
  expect(second.output).toEqual({ ...described, Input: input, Output: input });
  expect(second.events[4]?.taskSubmittedEventDetails).toMatchObject({
    resource: 'startExecution.sync:2',
    resourceType: 'states',
  });
  const failed = await run('Sync', { fail: true });
  expect(failed.error).toBe('States.TaskFailed');
  const { Output: _, OutputDetails: __, ...rest } = described;
  expect(JSON.parse(failed.cause ?? '')).toEqual({
    ...rest,
    Cause: 'why',
    Error: 'Own',
    Input: '{"fail":true}',
    Status: 'FAILED',
  });
});

test('an execution that is only started is returned as the integration does', async () => {
  expect((await run('Started', {})).output).toMatchObject({
    StartDate: expect.any(Number),
    ...metadata,
  });
  expect((await run('SdkStarted', {})).output).toEqual({
    ExecutionArn: expect.any(String),
    StartDate: expect.stringMatching(/^\d{4}-.*Z$/u),
  });
});

test('a task that fails in a Map state aborts the iterations beside it', async () => {
  const { events, error } = await run('InMap', [{ hang: true }, { break: true }]);
  expect(error).toBe('Broken');
  const failed = events.find(({ type }) => type === 'TaskFailed')?.id ?? 0;
  expect(types(events).slice(failed)).toEqual([
    `MapIterationFailed ${failed}`,
    `TaskStateAborted ${failed}`,
    `MapIterationAborted ${failed}`,
    `TaskStateAborted ${failed}`,
    `MapStateFailed ${failed}`,
    `ExecutionFailed ${failed + 5}`,
  ]);
});
