import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type DescribeExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManualClock, createVirtualClock } from '#local/process/clock.ts';
import { works } from '#test/fixtures/state-machine-work.ts';
import { flows } from '#test/fixtures/state-machines.ts';
import { hostResources } from '#test/fixtures/template.ts';

const machines = [...flows, ...works];

const code = `
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
// Counts in a file, because a retry may run in another environment.
const countCall = (id) => {
  const file = join(import.meta.dirname, 'calls ' + encodeURIComponent(id));
  appendFileSync(file, '.');
  return statSync(file).size;
};
export const handler = async ({ id, failTimes = 0, error, slow, large }) => {
  const calls = countCall(id);
  if (slow) await new Promise((resolve) => setTimeout(resolve, 2_500));
  if (large) return 'x'.repeat(262_144);
  if (calls <= failTimes) throw Object.assign(new Error('as requested'), { name: error });
  return { id, calls };
};`;

const waiting = {
  StartAt: 'Send',
  States: {
    Send: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: '${Queue}', MessageBody: { 'token.$': '$$.Task.Token' } },
      // Both are longer than a timer of Node can be.
      HeartbeatSeconds: 2_500_000,
      TimeoutSeconds: 3_000_000,
      End: true,
    },
  },
};

const machine = (Definition: object): object => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    Definition,
    DefinitionSubstitutions: {
      Task: { 'Fn::GetAtt': ['Task', 'Arn'] },
      Table: { Ref: 'Table' },
      Queue: { Ref: 'Queue' },
    },
  },
});

const resources = {
  Task: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { ZipFile: code },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
    },
  },
  Queue: { Type: 'AWS::SQS::Queue' },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
  Waiting: machine(waiting),
  Sleepy: machine({
    StartAt: 'A',
    States: {
      A: { Type: 'Wait', Seconds: 3600, Next: 'B' },
      B: { Type: 'Pass', Result: 'awake', End: true },
    },
  }),
  ...Object.fromEntries(
    machines.map(({ definition }, index) => [`M${index}`, machine(definition)]),
  ),
};

type System = Awaited<ReturnType<typeof hostResources>>;

let system: System;
let sfn: SFNClient;

const clientOf = ({ state }: System): SFNClient =>
  new SFNClient({
    endpoint: state.endpoints.aws,
    region: state.region,
    credentials: state.credentials,
    maxAttempts: 1,
  });

beforeAll(async () => {
  system = await hostResources(resources, {}, { clock: createVirtualClock() });
  sfn = clientOf(system);
});

afterAll(() => system.close());

const start = (logicalId: string, input: unknown, name?: string) =>
  sfn.send(
    new StartExecutionCommand({
      stateMachineArn: system.state.stateMachines[logicalId],
      input: JSON.stringify(input),
      name,
    }),
  );

async function ended(
  executionArn: string | undefined,
  client = sfn,
): Promise<DescribeExecutionCommandOutput> {
  const describe = () => client.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).not.toBe('RUNNING');
  return describe();
}

test.each(machines.map((row, index) => [row.name, index] as const))('%s', async (_, index) => {
  const { input, output, error, cause = /^/u } = machines[index] ?? {};
  const { executionArn } = await start(`M${index}`, input);
  const execution = await ended(executionArn);
  expect({
    output: JSON.parse(execution.output ?? 'null') as unknown,
    error: execution.error,
  }).toEqual({
    output: output ?? null,
    error,
  });
  expect(execution.cause ?? '').toMatch(cause);
});

test('a refused definition is refused at startup, and the error names the machine, state and field', async () => {
  const States = { A: { Type: 'Pass', Next: 'B', Retries: 1 }, C: { Type: 'Pass', End: true } };
  const definition = { StartAt: 'A', States };
  await expect(hostResources({ ...resources, Bad: machine(definition) })).rejects.toThrow(
    [
      "Bad/States/A: Field 'Retries' is not supported",
      "Bad/States/A/Next: Missing 'Next' target: B",
      'Bad/States/C: State "C" is not reachable.',
    ].join('\n'),
  );
});

async function nextToken(): Promise<string> {
  const { endpoints, region, credentials, queues } = system.state;
  const sqs = new SQSClient({ endpoint: endpoints.aws, region, credentials });
  const bodies: string[] = [];
  const receiveTokens = async (): Promise<number> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queues['Queue'], MaxNumberOfMessages: 10 }),
    );
    for (const { Body = '', ReceiptHandle } of Messages) {
      if (Body.includes('token')) bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queues['Queue'], ReceiptHandle }));
    }
    return bodies.length;
  };
  await expect.poll(receiveTokens).toBe(1);
  return (JSON.parse(bodies[0] ?? '') as { token: string }).token;
}

test('a task waits for its token until SendTaskSuccess or SendTaskFailure', async () => {
  const first = await start('Waiting', {});
  await sfn.send(
    new SendTaskSuccessCommand({ taskToken: await nextToken(), output: '{"done":true}' }),
  );
  expect(await ended(first.executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"done":true}',
  });
  const second = await start('Waiting', {});
  const taskToken = await nextToken();
  await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Refused', cause: 'by hand' }));
  expect(await ended(second.executionArn)).toMatchObject({
    status: 'FAILED',
    error: 'Refused',
    cause: 'by hand',
  });
  await expect(
    sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
  ).rejects.toMatchObject({
    name: 'TaskTimedOut',
  });
});

test('an execution name is unique, and the execution can be stopped and listed', async () => {
  const { executionArn } = await start('Waiting', { a: 1 }, 'mine');
  expect((await start('Waiting', { a: 1 }, 'mine')).executionArn).toBe(executionArn);
  await expect(start('Waiting', { a: 2 }, 'mine')).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
  });
  await sfn.send(new StopExecutionCommand({ executionArn, error: 'Enough' }));
  expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  const stateMachineArn = system.state.stateMachines['Waiting'];
  const listed = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' }),
  );
  expect(listed.executions).toMatchObject([{ name: 'mine' }]);
  const all = await sfn.send(new ListStateMachinesCommand({}));
  expect(all.stateMachines).toHaveLength(machines.length + 2);
  const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(described).toMatchObject({ type: 'STANDARD', status: 'ACTIVE' });
});

test('after a restart an execution continues and waits only for the remaining time', async () => {
  const data = await mkdtemp(`${tmpdir()}/streambed-`);
  const clock = createManualClock();
  const first = await hostResources(resources, {}, { data, clock });
  const stateMachineArn = first.state.stateMachines['Sleepy'];
  const { executionArn } = await clientOf(first).send(
    new StartExecutionCommand({ stateMachineArn }),
  );
  const entered = async (): Promise<unknown> => {
    const { events = [] } = await clientOf(first).send(
      new GetExecutionHistoryCommand({ executionArn }),
    );
    return events.at(-1)?.type;
  };
  await expect.poll(entered).toBe('WaitStateEntered');
  await clock.advance(3_000_000);
  await first.close();
  const second = await hostResources(resources, {}, { data, clock });
  const status = async (): Promise<unknown> => {
    const command = new DescribeExecutionCommand({ executionArn });
    return (await clientOf(second).send(command)).status;
  };
  await clock.advance(599_000);
  expect(await status()).toBe('RUNNING');
  await clock.advance(1_000);
  await expect.poll(status).toBe('SUCCEEDED');
  await second.close();
});

const arn = 'arn:aws:states:us-east-1:000000000000';
const begin = (stateMachineArn: string | undefined, input = '{}') =>
  sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
const describe = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));

test.each<[string, () => Promise<unknown>, string]>([
  ['a missing state machine', () => begin(`${arn}:stateMachine:x`), 'StateMachineDoesNotExist'],
  ['a missing execution', () => describe(`${arn}:execution:x:y`), 'ExecutionDoesNotExist'],
  [
    'input that is not JSON',
    () => begin(system.state.stateMachines['M0'], '{'),
    'InvalidExecutionInput',
  ],
])('%s fails with the error of AWS', async (_, run, name) => {
  await expect(run()).rejects.toMatchObject({ name });
});
