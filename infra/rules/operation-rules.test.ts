import { expect, test } from 'vitest';
import type { Rule } from '#infra/rules/deployment-rules.ts';
import {
  endsBeforeItsCaller,
  keepsLogsForAWhile,
  keepsStoresEncrypted,
  raisesAlarms,
  runsNode24,
  streamsWhereItStreams,
} from '#infra/rules/operation-rules.ts';
import { readCdkTemplate, readSamTemplate, withValue } from '#test/fixtures/deployed-templates.ts';

const cdk = readCdkTemplate();
const sam = readSamTemplate();

/** Returns the faults that a rule finds after a value was changed, or removed. */
const inCdk = (rule: Rule, path: string, value?: unknown): readonly string[] =>
  rule(withValue(cdk, `Resources.${path}`, value));
const inSam = (rule: Rule, path: string, value?: unknown): readonly string[] =>
  rule(withValue(sam, `Resources.${path}`, value));

test('a URL streams if its function does, and only then', () => {
  const [chat, conversations] = ['ChatFunction', 'ConversationsFunction'].map(
    (name) => `${name}FunctionUrl*.Properties.InvokeMode`,
  );
  expect(inCdk(streamsWhereItStreams, `${chat}`, 'BUFFERED').join()).toContain('must stream');
  const streamed = inCdk(streamsWhereItStreams, `${conversations}`, 'RESPONSE_STREAM');
  expect(streamed.join()).toContain('must not stream');
  expect(inSam(streamsWhereItStreams, 'ChatFunctionUrl.Properties.InvokeMode')).toEqual([
    'ChatFunctionUrl: must stream',
    'no Function URL streams',
  ]);
});

test('a route streams by its transfer mode and its invocation, as the route table says', () => {
  const half = ['POST /chat/stream: has the transfer mode or the invocation of a stream, not both'];
  const method = 'ApichatstreamPOST*.Properties.Integration';
  expect(inCdk(streamsWhereItStreams, `${method}.ResponseTransferMode`)).toEqual(half);
  expect(inCdk(streamsWhereItStreams, `${method}.Uri`, '/invocations')).toEqual(half);
  const paths = 'Api.Properties.Body.paths';
  const integration = 'x-amazon-apigateway-integration';
  const streamed = { responseTransferMode: 'STREAM', uri: '/response-streaming-invocations' };
  expect(inSam(streamsWhereItStreams, `${paths}./usage.get.${integration}`, streamed)).toEqual([
    'GET /usage: must not stream',
  ]);
  const buffered = { uri: '/invocations' };
  expect(
    inSam(streamsWhereItStreams, `${paths}./chat/stream.post.${integration}`, buffered),
  ).toEqual(['POST /chat/stream: must stream']);
  expect(inSam(streamsWhereItStreams, `${paths}./chat/stream`)).toEqual([
    'there is no POST /chat/stream',
  ]);
  expect(inSam(streamsWhereItStreams, `${paths}./chats`, { get: {} })).toEqual([
    'GET /chats: is not a route',
  ]);
});

test('another runtime is a fault', () => {
  expect(inCdk(runsNode24, 'ChatFunction.Properties.Runtime', 'nodejs22.x')).toEqual([
    'ChatFunction: runs nodejs22.x',
  ]);
});

test('tables, buckets and queues are encrypted, and what people have is kept', () => {
  const plain = (id: string): readonly string[] => [`${id}: is not encrypted`];
  expect(inCdk(keepsStoresEncrypted, 'Conversations.Properties.SSESpecification')).toEqual(
    plain('Conversations'),
  );
  expect(inCdk(keepsStoresEncrypted, 'Tasks.Properties.SqsManagedSseEnabled', false)).toEqual(
    plain('Tasks'),
  );
  expect(inSam(keepsStoresEncrypted, 'Answers.Properties.BucketEncryption')).toEqual(
    plain('Answers'),
  );
  for (const id of ['Users', 'Conversations', 'Answers']) {
    const faults = inSam(keepsStoresEncrypted, `${id}.DeletionPolicy`);
    expect(faults).toEqual([`${id}: is deleted with the stack`]);
  }
});

test('a function ends before API Gateway or its queue gives up', () => {
  const late = (id: string, caller: string, seconds: number): string =>
    `${id}: ${caller} waits only ${seconds} s`;
  expect(inCdk(endsBeforeItsCaller, 'ChatFunction.Properties.Timeout', 301)).toEqual([
    late('ChatFunction', 'POST /chat/stream', 300),
  ]);
  const timeout = 'ApichatstreamPOST*.Properties.Integration.TimeoutInMillis';
  expect(inCdk(endsBeforeItsCaller, timeout)).toEqual([
    late('ChatFunction', 'POST /chat/stream', 29),
  ]);
  expect(inCdk(endsBeforeItsCaller, 'Tasks.Properties.VisibilityTimeout', 60)).toEqual([
    late('TaskWorkerFunction', 'Tasks', 60),
  ]);
  expect(inSam(endsBeforeItsCaller, 'ConversationsFunction.Properties.Timeout', 60)).toContain(
    late('ConversationsFunction', 'GET /usage', 29),
  );
  expect(inSam(endsBeforeItsCaller, 'AuthorizerFunction.Properties.Timeout', 30)).toEqual([
    late('AuthorizerFunction', 'API Gateway', 29),
  ]);
});

test('an operator learns of errors, throttles, late answers, spending and dead letters', () => {
  expect(inCdk(raisesAlarms, 'DeadLettersAlarm')).toContain(
    'DeadTasks: has no alarm about AWS/SQS ApproximateNumberOfMessagesVisible',
  );
  expect(inCdk(raisesAlarms, 'FunctionErrorsAlarm')).toContain(
    'ChatFunction: has no alarm about AWS/Lambda Errors',
  );
  expect(inSam(raisesAlarms, 'FunctionThrottlesAlarm')).toContain(
    'ChatFunction: has no alarm about AWS/Lambda Throttles',
  );
  const missing = ['the stack: has no alarm about Streambed CostUsd'];
  expect(inSam(raisesAlarms, 'SpendingAlarm')).toEqual(missing);
  expect(inSam(raisesAlarms, 'SpendingAlarm.Properties.MetricName', 'Cost')).toEqual(missing);
  expect(inSam(raisesAlarms, 'SpendingAlarm.Properties.TreatMissingData')).toEqual([
    'SpendingAlarm: is raised when nothing happens',
  ]);
});

test('logs expire', () => {
  const fault = ['ChatFunction: has no log group with a retention'];
  expect(inCdk(keepsLogsForAWhile, 'ChatFunction.Properties.LoggingConfig')).toEqual(fault);
  expect(inSam(keepsLogsForAWhile, 'ChatLogs.Properties.RetentionInDays')).toEqual(fault);
});
