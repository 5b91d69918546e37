import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostResources } from '#test/fixtures/template.ts';

const getObject = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
  Parameters: { Bucket: '${Bucket}', 'Key.$': '$.key' },
  ResultSelector: { 'body.$': '$.Body' },
  End: true,
};

const machine = (Definition: object): object => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: { Definition, DefinitionSubstitutions: { Bucket: { Ref: 'Bucket' } } },
});

const resources = {
  Bucket: { Type: 'AWS::S3::Bucket' },
  Task: machine({
    StartAt: 'Before',
    States: {
      Before: { Type: 'Pass', Assign: { 'kept.$': '$.key' }, Next: 'Get' },
      Get: { ...getObject, Assign: { 'seen.$': '$kept' } },
    },
  }),
  Each: machine({
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Get',
          States: { Get: getObject },
        },
        MaxConcurrency: 1,
        End: true,
      },
    },
  }),
  Passing: machine({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
};

let system: Awaited<ReturnType<typeof hostResources>>;
let sfn: SFNClient;
let s3: S3Client;

beforeAll(async () => {
  system = await hostResources(resources);
  const { endpoints, region, credentials } = system.state;
  const client = { endpoint: endpoints.aws, region, credentials, maxAttempts: 1 };
  sfn = new SFNClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
});

afterAll(() => system.close());

const put = (Key: string) =>
  s3.send(new PutObjectCommand({ Bucket: system.state.buckets['Bucket'], Key, Body: Key }));

const describe = (executionArn: string | undefined) =>
  sfn.send(new DescribeExecutionCommand({ executionArn }));

async function ended(executionArn: string | undefined) {
  await expect.poll(async () => (await describe(executionArn)).status).not.toBe('RUNNING');
  return describe(executionArn);
}

async function run(name: string, input: unknown) {
  const stateMachineArn = system.state.stateMachines[name];
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return ended(executionArn);
}

const lines = async (executionArn: string | undefined): Promise<readonly string[]> => {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.map(({ type, previousEventId }) => `${type} ${previousEventId}`);
};

test('a redriven execution continues in the state that failed, with its variables', async () => {
  const { executionArn, status } = await run('Task', { key: 'late' });
  expect(status).toBe('FAILED');
  await put('late');
  const { redriveDate } = await sfn.send(new RedriveExecutionCommand({ executionArn }));
  expect(redriveDate).toBeInstanceOf(Date);
  expect(await ended(executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"body":"late"}',
    redriveCount: 1,
    redriveDate,
    redriveStatus: 'NOT_REDRIVABLE',
  });
  expect((await lines(executionArn)).slice(3)).toEqual([
    'TaskStateEntered 3',
    'TaskScheduled 4',
    'TaskStarted 5',
    'TaskFailed 6',
    'ExecutionFailed 7',
    'ExecutionRedriven 8',
    'TaskScheduled 9',
    'TaskStarted 10',
    'TaskSucceeded 11',
    'TaskStateExited 12',
    'ExecutionSucceeded 13',
  ]);
});

test('a redriven map run runs again only what did not succeed', async () => {
  await put('one');
  const { executionArn } = await run('Each', [{ key: 'one' }, { key: 'two' }, { key: 'one' }]);
  await put('two');
  await sfn.send(new RedriveExecutionCommand({ executionArn }));
  expect(await ended(executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: '[{"body":"one"},{"body":"two"},{"body":"one"}]',
  });
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  expect(mapRuns).toHaveLength(1);
  const { mapRunArn } = mapRuns[0] ?? {};
  expect(await sfn.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
    status: 'SUCCEEDED',
    redriveCount: 1,
    executionCounts: { succeeded: 3, failed: 0, aborted: 0, total: 3 },
  });
  expect((await lines(executionArn)).slice(4)).toEqual([
    'MapRunFailed 4',
    'MapStateFailed 5',
    'ExecutionFailed 6',
    'ExecutionRedriven 7',
    'MapRunRedriven 8',
    'MapRunSucceeded 9',
    'MapStateSucceeded 10',
    'MapStateExited 10',
    'ExecutionSucceeded 12',
  ]);
});

test('an execution that succeeded cannot be redriven', async () => {
  const { executionArn } = await run('Passing', {});
  await expect(sfn.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: 'ExecutionNotRedrivable',
    message: 'Execution is SUCCEEDED and cannot be redriven',
  });
});
