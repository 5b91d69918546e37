import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passing, roleArn } from '#test/fixtures/machine-api.ts';
import { hostResources } from '#test/fixtures/template.ts';

const Definition = {
  StartAt: 'A',
  States: { A: { Type: 'Pass', Next: 'F' }, F: { Type: 'Fail', Error: 'Own', Cause: 'why' } },
};

const machine = (Level: string, IncludeExecutionData: boolean, more = {}): object => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    Definition,
    LoggingConfiguration: {
      Level,
      IncludeExecutionData,
      Destinations: [
        { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [`Log${Level}`, 'Arn'] } } },
      ],
    },
    ...more,
  },
});

const levels = ['ALL', 'ERROR', 'FATAL'] as const;

const resources = {
  ...Object.fromEntries(
    levels.map((level) => [
      `Log${level}`,
      { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `/machines/${level}` } },
    ]),
  ),
  ALL: machine('ALL', true, { StateMachineType: 'EXPRESS' }),
  ERROR: machine('ERROR', false),
  FATAL: machine('FATAL', true),
};

let system: Awaited<ReturnType<typeof hostResources>>;
let sfn: SFNClient;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  system = await hostResources(resources);
  const { endpoints, region, credentials } = system.state;
  const client = { endpoint: endpoints.aws, region, credentials, maxAttempts: 1 };
  sfn = new SFNClient({ ...client, disableHostPrefix: true });
  logs = new CloudWatchLogsClient(client);
});

afterAll(() => system.close());

async function linesOf(level: string): Promise<readonly (readonly [string, unknown])[]> {
  const logGroupName = `/machines/${level}`;
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  return events.map(({ logStreamName = '', message = '' }) => [
    logStreamName,
    JSON.parse(message) as unknown,
  ]);
}

test('the events of an express execution are lines of its log group', async () => {
  const stateMachineArn = system.state.stateMachines['ALL'];
  const { executionArn } = await sfn.send(
    new StartSyncExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
  );
  const lines = await linesOf('ALL');
  expect(lines[1]).toEqual([
    expect.stringMatching(/^states\/local-ALL\/\d{4}-\d\d-\d\d-\d\d-\d\d\/\w{8}$/u),
    {
      id: '2',
      type: 'PassStateEntered',
      details: { name: 'A', input: '{"a":1}', inputDetails: { truncated: false } },
      previous_event_id: '0',
      event_timestamp: expect.stringMatching(/^\d{13}$/u) as string,
      execution_arn: executionArn,
      redrive_count: '0',
    },
  ]);
  expect(lines.map(([, line]) => line)).toMatchObject([
    { type: 'ExecutionStarted' },
    { type: 'PassStateEntered' },
    { type: 'PassStateExited' },
    { type: 'FailStateEntered' },
    { type: 'ExecutionFailed', details: { error: 'Own', cause: 'why' } },
  ]);
});

test.each([
  ['ERROR', ['FailStateEntered', 'ExecutionFailed'], {}],
  ['FATAL', ['ExecutionFailed'], { error: 'Own', cause: 'why' }],
])('the level %s has only some events', async (level, types, details) => {
  const stateMachineArn = system.state.stateMachines[level];
  await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  await expect.poll(async () => (await linesOf(level)).length).toBe(types.length);
  const lines = (await linesOf(level)).map(([, line]) => line as { type: string; details: object });
  expect(lines.map(({ type }) => type)).toEqual(types);
  expect(lines.at(-1)?.details).toEqual(details);
});

test('a machine is described with its logging, which needs a destination', async () => {
  const stateMachineArn = system.state.stateMachines['ERROR'];
  const { loggingConfiguration } = await sfn.send(
    new DescribeStateMachineCommand({ stateMachineArn }),
  );
  expect(loggingConfiguration).toMatchObject({
    level: 'ERROR',
    includeExecutionData: false,
    destinations: [
      {
        cloudWatchLogsLogGroup: {
          logGroupArn: expect.stringMatching(/:log-group:\/machines\/ERROR:\*$/u) as string,
        },
      },
    ],
  });
  const create = new CreateStateMachineCommand({
    name: 'unlogged',
    roleArn,
    definition: passing(1),
    loggingConfiguration: { level: 'ALL' },
  });
  await expect(sfn.send(create)).rejects.toMatchObject({
    name: 'InvalidLoggingConfiguration',
    message: 'Invalid Logging Configuration: Must specify exactly one Log Destination.',
  });
});
