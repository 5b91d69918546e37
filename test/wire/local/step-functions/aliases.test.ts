import {
  CreateStateMachineAliasCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passing, startMachineApi, type MachineApi } from '#test/fixtures/machine-api.ts';
import { hostResources } from '#test/fixtures/template.ts';

let api: MachineApi;
let sfn: SFNClient;

beforeAll(async () => {
  api = await startMachineApi();
  ({ sfn } = api);
  await api.create('two', { publish: true });
  await api.update('two', { definition: passing(2), publish: true });
});

afterAll(() => api.system.close());

const version = (number: number, name = 'two'): string => `${api.arnOf(name)}:${number}`;

const routing = (...weights: readonly number[]) =>
  weights.map((weight, index) => ({ stateMachineVersionArn: version(index + 1), weight }));

const createAlias = (name: string, routingConfiguration = routing(100), description?: string) =>
  sfn.send(new CreateStateMachineAliasCommand({ name, routingConfiguration, description }));

const start = async (stateMachineArn: string) => {
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status).not.toBe('RUNNING');
  return describe();
};

test('an alias starts the version that it names, and the execution remembers both', async () => {
  const { stateMachineAliasArn = '' } = await createAlias('live');
  expect(stateMachineAliasArn).toBe(`${api.arnOf('two')}:live`);
  expect(await start(stateMachineAliasArn)).toMatchObject({
    output: '1',
    stateMachineArn: api.arnOf('two'),
    stateMachineAliasArn,
    stateMachineVersionArn: version(1),
    executionArn: expect.stringContaining(':execution:two:'),
  });
  const byVersion = await start(version(2));
  expect(byVersion).toMatchObject({ output: '2', stateMachineVersionArn: version(2) });
  expect(byVersion).not.toHaveProperty('stateMachineAliasArn');
  const list = (stateMachineArn: string) =>
    sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  expect((await list(stateMachineAliasArn)).executions).toHaveLength(1);
  expect((await list(api.arnOf('two'))).executions).toMatchObject([
    { stateMachineVersionArn: version(2) },
    { stateMachineVersionArn: version(1), stateMachineAliasArn },
  ]);
});

test('the weights of an alias choose the version', async () => {
  const { stateMachineAliasArn = '' } = await createAlias('split', routing(0, 100));
  expect(await start(stateMachineAliasArn)).toMatchObject({ output: '2' });
});

test('an alias is described, changed, listed and deleted', async () => {
  const { stateMachineAliasArn } = await createAlias('changing', routing(100), 'first');
  expect(await createAlias('changing', routing(100), 'first')).toMatchObject({
    stateMachineAliasArn,
  });
  await sfn.send(
    new UpdateStateMachineAliasCommand({
      stateMachineAliasArn,
      routingConfiguration: routing(50, 50),
    }),
  );
  const alias = new DescribeStateMachineAliasCommand({ stateMachineAliasArn });
  expect(await sfn.send(alias)).toMatchObject({
    name: 'changing',
    description: 'first',
    routingConfiguration: routing(50, 50),
    stateMachineAliasArn,
  });
  const names = async (stateMachineArn: string) => {
    const list = new ListStateMachineAliasesCommand({ stateMachineArn });
    const { stateMachineAliases = [] } = await sfn.send(list);
    return stateMachineAliases.map(({ stateMachineAliasArn: arn }) => arn?.split(':').at(-1));
  };
  expect(await names(version(1))).toContain('changing');
  await sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  await sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  expect(await names(api.arnOf('two'))).not.toContain('changing');
});

test.each<[string, () => Promise<unknown>, string, string]>([
  [
    'a machine in place of a version',
    () => createAlias('bad', [{ stateMachineVersionArn: api.arnOf('two'), weight: 100 }]),
    'ValidationException',
    'Routing configuration must contain state machine version ARNs. Received: [',
  ],
  [
    'the same version twice',
    () => createAlias('bad', [...routing(50), ...routing(50)]),
    'ValidationException',
    'Routing configuration must contain distinct state machine version ARNs. Received: [',
  ],
  [
    'weights of less than 100',
    () => createAlias('bad', routing(70, 29)),
    'ValidationException',
    'Sum of routing configuration weights must equal 100. Received: [70, 29]',
  ],
  [
    'a name of digits',
    () => createAlias('123'),
    'ValidationException',
    String.raw`Value '123' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`,
  ],
  [
    'a version that does not exist',
    () => createAlias('bad', [{ stateMachineVersionArn: version(9), weight: 100 }]),
    'ResourceNotFound',
    'Request references a resource that does not exist.',
  ],
  [
    'another alias of the same name',
    async () => {
      await createAlias('taken');
      await createAlias('taken', routing(100), 'other');
    },
    'ConflictException',
    'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
  ],
  [
    'a change of a missing alias',
    () =>
      sfn.send(
        new UpdateStateMachineAliasCommand({
          stateMachineAliasArn: version(1).replace(':1', ':none'),
          description: 'x',
        }),
      ),
    'ResourceNotFound',
    'Request references a resource that does not exist.',
  ],
  [
    'the deletion of a version with an alias',
    async () => {
      await createAlias('holder', routing(100));
      await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: version(1) }));
    },
    'ConflictException',
    'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [',
  ],
])('%s is refused', async (_, call, name, message) => {
  await expect(call()).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message) as string,
  });
});

test('a template declares versions and aliases', async () => {
  const system = await hostResources({
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: 'declared', DefinitionString: passing('declared') },
    },
    Version: {
      Type: 'AWS::StepFunctions::StateMachineVersion',
      Properties: { StateMachineArn: { Ref: 'Machine' }, Description: 'first' },
    },
    Alias: {
      Type: 'AWS::StepFunctions::StateMachineAlias',
      Properties: {
        Name: 'live',
        RoutingConfiguration: [{ StateMachineVersionArn: { Ref: 'Version' }, Weight: 100 }],
      },
    },
  });
  const { endpoints, region, credentials } = system.state;
  const client = new SFNClient({ endpoint: endpoints.aws, region, credentials });
  const stateMachineAliasArn = `${system.state.stateMachines['Machine']}:live`;
  expect(
    await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn })),
  ).toMatchObject({ routingConfiguration: [{ weight: 100 }] });
  await client.send(new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }));
  await system.close();
});
