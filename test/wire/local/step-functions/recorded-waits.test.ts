import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
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
  const executionArn = await hosted.start('Beat', {});
  const submitted = async () => (await hosted.historyOf(executionArn))[4]?.type;
  await expect.poll(submitted).toBe('TaskSubmitted');
  const scheduled = (await hosted.historyOf(executionArn))[2]?.taskScheduledEventDetails
    ?.parameters;
  const { token } = (JSON.parse(scheduled ?? '') as { MessageBody: { token: string } }).MessageBody;
  await hosted.sfn.send(new SendTaskFailureCommand({ taskToken: token }));
  const describe = () => hosted.sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).toBe('FAILED');
  expect(await describe()).not.toHaveProperty('error');
});

test('a stopped execution records that it was aborted', async () => {
  const executionArn = await hosted.start('Beat', {});
  await expect.poll(async () => (await hosted.historyOf(executionArn)).length).toBe(5);
  await hosted.sfn.send(new StopExecutionCommand({ executionArn }));
  await expect.poll(async () => (await hosted.historyOf(executionArn)).length).toBe(6);
  expect((await hosted.historyOf(executionArn))[5]).toMatchObject({
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
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    StartDate: expect.any(Number),
    StateMachineArn: hosted.system.state.stateMachines['Child'],
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
  const { Output: _, OutputDetails: __, RedriveStatusReason: ___, ...rest } = described;
  expect(JSON.parse(failed.cause ?? '')).toEqual({
    ...rest,
    Cause: 'why',
    Error: 'Own',
    Input: '{"fail":true}',
    RedriveStatus: 'REDRIVABLE',
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
