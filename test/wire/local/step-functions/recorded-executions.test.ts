import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  type DescribeExecutionCommandOutput,
  type HistoryEvent,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVirtualClock } from '#local/process/clock.ts';
import { expressions } from '#test/fixtures/recorded-expressions.ts';
import { failures, waits } from '#test/fixtures/recorded-machines.ts';
import { fanOuts } from '#test/fixtures/recorded-maps.ts';
import { hostResources } from '#test/fixtures/template.ts';
import workflows from '#test/fixtures/workflows.json' with { type: 'json' };

const rows = [...failures, ...waits, ...fanOuts, ...expressions];

const machine = (definition: object): object => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    Definition: definition,
    DefinitionSubstitutions: { Queue: { Ref: 'Queue' } },
  },
});

const named = (prefix: string, definitions: readonly object[]): object =>
  Object.fromEntries(definitions.map((each, index) => [`${prefix}${index}`, machine(each)]));

const exact = {
  StartAt: 'A',
  States: {
    A: { Type: 'Pass', Assign: { 'kept.$': '$.n' }, ResultPath: '$.copy', Next: 'B' },
    B: { Type: 'Pass', Parameters: { 'all.$': '$', 'kept.$': '$kept' }, End: true },
  },
};

const resources = {
  Queue: { Type: 'AWS::SQS::Queue' },
  Exact: machine(exact),
  ...named(
    'R',
    rows.map(({ definition }) => definition),
  ),
  ...named(
    'W',
    workflows.map(({ definition }) => definition),
  ),
};

let system: Awaited<ReturnType<typeof hostResources>>;
let sfn: SFNClient;

beforeAll(async () => {
  system = await hostResources(resources, {}, { clock: createVirtualClock() });
  const { endpoints, region, credentials } = system.state;
  sfn = new SFNClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

async function run(
  logicalId: string,
  input: string,
): Promise<DescribeExecutionCommandOutput & { readonly events: readonly HistoryEvent[] }> {
  const stateMachineArn = system.state.stateMachines[logicalId];
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).not.toBe('RUNNING');
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return { ...(await describe()), events };
}

test.each(rows.map((row, index) => [row.name, index] as const))('%s', async (_, index) => {
  const { input = {}, output, error, cause, events } = rows[index] ?? {};
  const ended = await run(`R${index}`, JSON.stringify(input));
  expect({
    output: JSON.parse(ended.output ?? 'null') as unknown,
    error: ended.error,
    cause: ended.cause,
  }).toEqual({ output: output ?? null, error, cause });
  const lines = ended.events.map(toLine);
  expect(lines).toEqual(events ?? lines);
});

const toLine = ({ type, previousEventId }: HistoryEvent): string => `${type} ${previousEventId}`;

test.each(workflows.map(({ name }, index) => [name, index] as const))(
  'the recorded execution %s ends as on AWS',
  async (_, index) => {
    const { input, right } = workflows[index] ?? {};
    const { note: _note, output = null, ...ends } = right ?? {};
    const ended = await run(`W${index}`, JSON.stringify(input));
    expect(ended).toMatchObject(ends);
    expect(JSON.parse(ended.output ?? 'null')).toEqual(output);
  },
);

test('numbers leave a machine as they came', async () => {
  const { output, events } = await run('Exact', '{"n":0.0,"big":12345678901234567890,"e":1.50}');
  const all = '{"n":0.0,"big":12345678901234567890,"e":1.50}';
  expect(output).toBe(`{"all":${all.slice(0, -1)},"copy":${all}},"kept":0.0}`);
  expect(events[2]?.stateExitedEventDetails).toMatchObject({
    assignedVariables: { kept: '0.0' },
    assignedVariablesDetails: { truncated: false },
    outputDetails: { truncated: false },
  });
});

test('events leave out their data on request', async () => {
  const { executionArn } = await run('Exact', '{"n":1}');
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
  );
  expect(events[1]?.stateEnteredEventDetails).toEqual({ name: 'A' });
});
