import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  hostTasks,
  metadata,
  types,
  type TaskSystem,
} from '#test/fixtures/recorded-task-system.ts';

let hosted: TaskSystem;

beforeAll(async () => {
  hosted = await hostTasks();
});

afterAll(() => hosted.system.close());

const run: TaskSystem['run'] = (logicalId, input) => hosted.run(logicalId, input);

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
    region: hosted.system.state.region,
    parameters: JSON.stringify({ TableName: hosted.system.state.tables['Table'], Item: item }),
  });
  expect(events[3]?.taskStartedEventDetails).toEqual(names);
  expect(events[4]?.taskSucceededEventDetails).toMatchObject({
    ...names,
    outputDetails: { truncated: false },
  });
});

test('the role of a task is in the event that schedules it', async () => {
  const role = 'arn:aws:iam::111111111111:role/other';
  const taskCredentials = { roleArn: role };
  const [called, direct] = await Promise.all([
    run('AsRole', { role }),
    run('DirectAsRole', { role }),
  ]);
  expect(called.events[2]?.taskScheduledEventDetails).toMatchObject({ taskCredentials });
  expect(direct.events[2]?.lambdaFunctionScheduledEventDetails).toMatchObject({ taskCredentials });
});

test('an SDK integration returns the response alone', async () => {
  const { output, events } = await run('SdkPut', { item });
  expect(output).toEqual({});
  expect(events[2]?.taskScheduledEventDetails).toMatchObject({ resourceType: 'aws-sdk:dynamodb' });
});

const v1 = (service: string, errorCode: string): RegExp =>
  new RegExp(
    `\\(Service: ${service}; Status Code: \\d+; Error Code: ${errorCode}; Request ID: [^;]+; Proxy: null\\)$`,
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
  ['SendBody', { body: null }, 'SQS.AmazonSQSException', v1('AmazonSQS', 'MissingParameter')],
  ['SendBody', { body: '' }, 'SQS.AmazonSQSException', v1('AmazonSQS', 'MissingParameter')],
  ['S3Get', { key: 'none' }, 'S3.NoSuchKeyException', v2('S3')],
  ['S3NoBucket', {}, 'S3.NoSuchBucketException', v2('S3')],
  ['S3List1', { bucket: 'no-such-bucket' }, 'S3.NoSuchBucketException', v2('S3')],
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

test.each([
  [
    'WrongName',
    { a: 1 },
    /^An error .* The Parameters '\{.*\}' could .*: \[The field "Other" is not supported by Step Functions\]$/u,
  ],
  [
    'NoBody',
    { QueueUrl: 'q' },
    /The Arguments '\{"QueueUrl":"q"\}' could not be used to start the Task: \[The field 'MessageBody' is required but was missing\]$/u,
  ],
])('what %s would send is checked when it is known', async (id, input, cause) => {
  const ended = await run(id, input);
  expect(ended).toMatchObject({ error: 'States.Runtime' });
  expect(ended.cause).toMatch(cause);
  expect(types(ended.events).slice(1)).toEqual(['TaskStateEntered 0', 'ExecutionFailed 2']);
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
  const listed = await run('S3List', { prefix: 'k' });
  expect(listed.output).toEqual({
    Contents: [
      {
        ETag: '"bb6cb5c68df4652941caf652a366f2d8"',
        Key: 'k.json',
        LastModified: expect.stringMatching(/Z$/u),
        Size: 7,
        StorageClass: 'STANDARD',
      },
    ],
    IsTruncated: false,
    KeyCount: 1,
    MaxKeys: 1000,
    Name: expect.any(String),
    Prefix: 'k',
  });
  const bucket = hosted.system.state.buckets['Bucket'];
  expect((await run('S3List1', { bucket })).output).toMatchObject({ Contents: [{ Size: 7 }] });
  expect((await run('S3Head', { key: 'k.json' })).output).toMatchObject({ ContentLength: 7 });
  expect((await run('S3Delete', { key: 'k.json' })).output).toEqual({});
  expect(await run('S3Head', { key: 'k.json' })).toMatchObject({ error: 'S3.NoSuchKeyException' });
});
