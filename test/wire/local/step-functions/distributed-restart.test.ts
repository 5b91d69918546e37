import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type ListExecutionsCommandOutput,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { createManualClock } from '#local/process/clock.ts';
import { hostResources } from '#test/fixtures/template.ts';

const waits = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'W',
  States: { W: { Type: 'Wait', SecondsPath: '$', End: true } },
};

const resources = {
  Each: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      Definition: {
        StartAt: 'M',
        States: { M: { Type: 'Map', ItemProcessor: waits, MaxConcurrency: 2, End: true } },
      },
    },
  },
};

type System = Awaited<ReturnType<typeof hostResources>>;

const clientOf = ({ state }: System): SFNClient =>
  new SFNClient({
    endpoint: state.endpoints.aws,
    region: state.region,
    credentials: state.credentials,
    maxAttempts: 1,
  });

async function start(system: System): Promise<string | undefined> {
  const stateMachineArn = system.state.stateMachines['Each'];
  const command = new StartExecutionCommand({ stateMachineArn, input: '[0,3600,0]' });
  return (await clientOf(system).send(command)).executionArn;
}

async function childrenOf(
  system: System,
  executionArn: string | undefined,
): Promise<NonNullable<ListExecutionsCommandOutput['executions']>> {
  const sfn = clientOf(system);
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  if (mapRuns.length === 0) return [];
  const { mapRunArn } = mapRuns[0] ?? {};
  return (await sfn.send(new ListExecutionsCommand({ mapRunArn }))).executions ?? [];
}

const statuses = async (system: System, executionArn: string | undefined) =>
  (await childrenOf(system, executionArn)).map(({ status }) => status);

const statusOf = async (system: System, executionArn: string | undefined) =>
  (await clientOf(system).send(new DescribeExecutionCommand({ executionArn }))).status;

test('after a restart a map run continues, and runs nothing twice', async () => {
  const data = await mkdtemp(`${tmpdir()}/streambed-`);
  const clock = createManualClock();
  const first = await hostResources(resources, {}, { data, clock });
  const executionArn = await start(first);
  await expect
    .poll(() => statuses(first, executionArn))
    .toEqual(['SUCCEEDED', 'RUNNING', 'SUCCEEDED']);
  const before = await childrenOf(first, executionArn);
  await first.close();
  const second = await hostResources(resources, {}, { data, clock });
  expect(await childrenOf(second, executionArn)).toEqual(before);
  await clock.advance(3_600_000);
  await expect.poll(() => statusOf(second, executionArn)).toBe('SUCCEEDED');
  const { events = [] } = await clientOf(second).send(
    new GetExecutionHistoryCommand({ executionArn }),
  );
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
  await second.close();
});

test('a stopped execution aborts its map run and what runs in it', async () => {
  const system = await hostResources(resources, {}, { clock: createManualClock() });
  const executionArn = await start(system);
  await expect
    .poll(() => statuses(system, executionArn))
    .toEqual(['SUCCEEDED', 'RUNNING', 'SUCCEEDED']);
  await clientOf(system).send(new StopExecutionCommand({ executionArn }));
  await expect.poll(() => statusOf(system, executionArn)).toBe('ABORTED');
  const sfn = clientOf(system);
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  const { mapRunArn } = mapRuns[0] ?? {};
  expect(await sfn.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
    status: 'ABORTED',
    executionCounts: { succeeded: 2, aborted: 1, running: 0 },
  });
  await system.close();
});
