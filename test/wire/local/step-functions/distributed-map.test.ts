import { PutObjectCommand, S3Client, GetObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateMapRunCommand,
  type DescribeExecutionCommandOutput,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { distributedMaps, written } from '#test/fixtures/distributed-maps.ts';
import { objects } from '#test/fixtures/item-readers.ts';
import { hostResources } from '#test/fixtures/template.ts';

let system: Awaited<ReturnType<typeof hostResources>>;
let sfn: SFNClient;
let s3: S3Client;

beforeAll(async () => {
  const definitions = { ...distributedMaps, Written: { definition: written } };
  const machines = Object.entries(definitions).map(([name, { definition }]) => [
    name,
    {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        Definition: definition,
        DefinitionSubstitutions: { Bucket: { Ref: 'Bucket' } },
      },
    },
  ]);
  const resources = { Bucket: { Type: 'AWS::S3::Bucket' }, ...Object.fromEntries(machines) };
  system = await hostResources(resources, {}, { clock: createVirtualClock() });
  const { endpoints, region, credentials } = system.state;
  const client = { endpoint: endpoints.aws, region, credentials, maxAttempts: 1 };
  sfn = new SFNClient(client);
  s3 = new S3Client({ ...client, forcePathStyle: true });
  for (const [Key, Body] of Object.entries(objects)) {
    await s3.send(new PutObjectCommand({ Bucket: system.state.buckets['Bucket'], Key, Body }));
  }
});

afterAll(() => system.close());

type Ended = DescribeExecutionCommandOutput & { readonly events: readonly HistoryEvent[] };

async function run(name: string, input: unknown): Promise<Ended> {
  const stateMachineArn = system.state.stateMachines[name];
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).not.toBe('RUNNING');
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return { ...(await describe()), events };
}

const lines = (events: readonly HistoryEvent[]): readonly string[] =>
  events.map(({ type, previousEventId }) => `${type} ${previousEventId}`);

test.each(Object.keys(distributedMaps))('%s', async (name) => {
  const { input = {}, output = null, error, cause } = distributedMaps[name] ?? {};
  const ended = await run(name, input);
  expect({ output: JSON.parse(ended.output ?? 'null') as unknown, error: ended.error }).toEqual({
    output,
    error,
  });
  expect(ended.cause ?? '').toMatch(cause ?? /^$/u);
});

test('a map run has events of its own', async () => {
  const { events } = await run('Plain', ['a', 'b']);
  expect(lines(events)).toEqual([
    'ExecutionStarted 0',
    'MapStateEntered 0',
    'MapStateStarted 2',
    'MapRunStarted 3',
    'MapRunSucceeded 4',
    'MapStateSucceeded 5',
    'MapStateExited 5',
    'ExecutionSucceeded 7',
  ]);
  expect(events[2]?.mapStateStartedEventDetails).toEqual({ length: 2 });
  expect(events[3]?.mapRunStartedEventDetails?.mapRunArn).toMatch(
    /^arn:aws:states:[\w-]+:\d{12}:mapRun:[\w-]+\/[\w-]{36}:[\w-]{36}$/u,
  );
});

test.each([
  ['SameHeaders', {}, 0],
  ['Fails', [2], 1],
])('the failure of a map run is an event: %s', async (name, input, length) => {
  const { events, error, cause } = await run(name, input);
  expect(lines(events).slice(2)).toEqual([
    'MapStateStarted 2',
    'MapRunStarted 3',
    'MapRunFailed 4',
    'MapStateFailed 5',
    'ExecutionFailed 6',
  ]);
  expect(events[2]?.mapStateStartedEventDetails).toEqual({ length });
  expect(events[4]?.mapRunFailedEventDetails).toEqual({ error, cause });
});

const readJson = async (Key: string | undefined): Promise<unknown> => {
  const bucket = system.state.buckets['Bucket'];
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};

interface Manifest {
  readonly ResultFiles: Readonly<Record<string, readonly { Key: string; Size: number }[]>>;
}

test('results are written with a manifest of their files', async () => {
  const { output } = await run('Written', [1, 2, 3]);
  const { MapRunArn, ResultWriterDetails } = JSON.parse(output ?? '') as {
    MapRunArn: string;
    ResultWriterDetails: { Bucket: string; Key: string };
  };
  const folder = `out/${MapRunArn.split(':').at(-1)}/`;
  expect(ResultWriterDetails).toEqual({
    Bucket: system.state.buckets['Bucket'],
    Key: `${folder}manifest.json`,
  });
  const manifest = (await readJson(ResultWriterDetails.Key)) as Manifest;
  expect(manifest).toEqual({
    DestinationBucket: system.state.buckets['Bucket'],
    MapRunArn,
    ResultFiles: {
      FAILED: [{ Key: `${folder}FAILED_0.json`, Size: expect.any(Number) }],
      PENDING: [],
      SUCCEEDED: [{ Key: `${folder}SUCCEEDED_0.json`, Size: expect.any(Number) }],
    },
  });
  expect(await readJson(`${folder}SUCCEEDED_0.json`)).toMatchObject([
    {
      ExecutionArn: expect.stringContaining(':execution:'),
      Input: '1',
      InputDetails: { Included: true },
      Output: '1',
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      StartDate: expect.stringMatching(/Z$/u),
      StateMachineArn: expect.stringMatching(/:stateMachine:[\w-]+\/Each$/u),
      Status: 'SUCCEEDED',
    },
    { Input: '3' },
  ]);
  expect(await readJson(`${folder}FAILED_0.json`)).toMatchObject([
    { Error: 'Own', Cause: 'why', Input: '2', Status: 'FAILED' },
  ]);
});

test('a map run and its executions are described', async () => {
  const { executionArn } = await run('Written', [1, 2, 3]);
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  expect(mapRuns).toMatchObject([
    {
      executionArn,
      stateMachineArn: expect.stringMatching(/\/Each$/u),
      stopDate: expect.any(Date),
    },
  ]);
  const mapRunArn = mapRuns[0]?.mapRunArn;
  const counts = { total: 3, succeeded: 2, failed: 1, pending: 0, running: 0, resultsWritten: 2 };
  expect(await sfn.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
    executionArn,
    status: 'SUCCEEDED',
    maxConcurrency: 1,
    toleratedFailureCount: 1,
    toleratedFailurePercentage: 0,
    executionCounts: counts,
    itemCounts: counts,
    redriveCount: 0,
  });
  const list = { mapRunArn, statusFilter: 'FAILED' as const };
  const { executions = [] } = await sfn.send(new ListExecutionsCommand(list));
  expect(executions).toMatchObject([{ mapRunArn, itemCount: 1, status: 'FAILED' }]);
  const child = executions[0]?.executionArn;
  expect(await sfn.send(new DescribeExecutionCommand({ executionArn: child }))).toMatchObject({
    mapRunArn,
    input: '2',
    error: 'Own',
    redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
  });
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: child }));
  expect(lines(events)).toEqual([
    'ExecutionStarted 0',
    'ChoiceStateEntered 0',
    'ChoiceStateExited 2',
    'FailStateEntered 3',
    'ExecutionFailed 4',
  ]);
  expect(
    await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn: child })),
  ).toMatchObject({
    label: 'Each',
    mapRunArn,
    definition: expect.stringContaining('"StartAt":"X"'),
  });
});

test('only standard executions of a map run are listed', async () => {
  const list = async (name: string) => {
    const { executionArn } = await run(name, [1]);
    const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
    return sfn.send(new ListExecutionsCommand({ mapRunArn: mapRuns[0]?.mapRunArn }));
  };
  expect((await list('Plain')).executions).toHaveLength(1);
  await expect(list('Express')).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' });
});

test('a map run that has ended cannot be changed', async () => {
  const { executionArn } = await run('Plain', [1]);
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  await expect(
    sfn.send(new UpdateMapRunCommand({ mapRunArn: mapRuns[0]?.mapRunArn, maxConcurrency: 2 })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('executions are listed for a machine or for a map run, and not for both', async () => {
  await expect(sfn.send(new ListExecutionsCommand({}))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Must provide a StateMachine ARN or MapRun ARN, but not both',
  });
});
