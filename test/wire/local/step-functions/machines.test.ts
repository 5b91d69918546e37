import {
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  PublishStateMachineVersionCommand,
  type SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passing, roleArn, startMachineApi, type MachineApi } from '#test/fixtures/machine-api.ts';

let api: MachineApi;
let sfn: SFNClient;

beforeAll(async () => {
  api = await startMachineApi();
  ({ sfn } = api);
});

afterAll(() => api.system.close());

const arnOf = (name: string): string => api.arnOf(name);
const create: MachineApi['create'] = (name, more) => api.create(name, more);
const describe: MachineApi['describe'] = (arn) => api.describe(arn);
const update: MachineApi['update'] = (name, more) => api.update(name, more);
const remove = (name: string) =>
  sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arnOf(name) }));

async function outputOf(stateMachineArn: string): Promise<unknown> {
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  const execution = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await execution()).status).toBe('SUCCEEDED');
  return JSON.parse((await execution()).output ?? '');
}

test('a machine is created, runs, is changed and deleted', async () => {
  const { stateMachineArn = '', creationDate } = await create('life');
  expect(stateMachineArn).toBe(arnOf('life'));
  expect(await outputOf(stateMachineArn)).toBe(1);
  expect(await describe(stateMachineArn)).toMatchObject({
    name: 'life',
    roleArn,
    type: 'STANDARD',
    status: 'ACTIVE',
    definition: passing(1),
    creationDate,
    loggingConfiguration: { level: 'OFF' },
  });
  const updated = await update('life', { definition: passing(2) });
  expect(await outputOf(stateMachineArn)).toBe(2);
  expect((await describe(stateMachineArn)).revisionId).toBe(updated.revisionId);
  expect((await update('life', { definition: passing(2) })).revisionId).toBe(updated.revisionId);
  await remove('life');
  await remove('life');
  await expect(describe(stateMachineArn)).rejects.toMatchObject({
    name: 'StateMachineDoesNotExist',
    message: `State Machine Does Not Exist: '${stateMachineArn}'`,
  });
});

test('a machine of the template can be changed', async () => {
  await update('declared', { definition: passing('changed') });
  expect(await outputOf(arnOf('declared'))).toBe('changed');
});

test('the same machine can be created again, and another one with its name cannot', async () => {
  const first = await create('same');
  expect(await create('same', { roleArn: `${roleArn}2` })).toMatchObject({
    creationDate: first.creationDate,
  });
  const message = `State Machine Already Exists: '${first.stateMachineArn ?? ''}'`;
  await expect(create('same', { definition: ` ${passing(1)}` })).rejects.toMatchObject({
    name: 'StateMachineAlreadyExists',
    message,
  });
  await expect(create('same', { type: 'EXPRESS' })).rejects.toMatchObject({ message });
});

test('machines are listed by name, in pages', async () => {
  await Promise.all(['page-2', 'page-1', 'page-3'].map((name) => create(name)));
  const names: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(new ListStateMachinesCommand({ maxResults: 2, nextToken }));
    expect(page.stateMachines?.length).toBeLessThanOrEqual(2);
    names.push(...(page.stateMachines ?? []).map(({ name }) => name));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  expect(names.filter((name) => name?.startsWith('page-'))).toEqual(['page-1', 'page-2', 'page-3']);
});

test('a version stays as it was published', async () => {
  const created = await create('versioned', { publish: true, versionDescription: 'the first' });
  const first = `${arnOf('versioned')}:1`;
  expect(created.stateMachineVersionArn).toBe(first);
  const { revisionId } = await update('versioned', { definition: passing('second') });
  expect(await outputOf(first)).toBe(1);
  expect(await describe(first)).toMatchObject({
    stateMachineArn: first,
    definition: passing(1),
    description: 'the first',
  });
  const publish = (given?: string) =>
    sfn.send(
      new PublishStateMachineVersionCommand({
        stateMachineArn: arnOf('versioned'),
        revisionId: given,
      }),
    );
  await expect(publish('other')).rejects.toMatchObject({ name: 'ConflictException' });
  const second = await publish(revisionId);
  expect(second.stateMachineVersionArn).toBe(`${arnOf('versioned')}:2`);
  expect((await publish()).stateMachineVersionArn).toBe(second.stateMachineVersionArn);
  await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: first }));
  const { stateMachineVersions } = await sfn.send(
    new ListStateMachineVersionsCommand({ stateMachineArn: arnOf('versioned') }),
  );
  expect(stateMachineVersions).toMatchObject([
    { stateMachineVersionArn: second.stateMachineVersionArn },
  ]);
  await expect(describe(first)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
});

test('tags are added, replaced and removed', async () => {
  const { stateMachineArn: resourceArn } = await create('tagged', {
    tags: [{ key: 'a', value: '1' }],
  });
  const tags = [
    { key: 'a', value: '2' },
    { key: 'b', value: '3' },
  ];
  await sfn.send(new TagResourceCommand({ resourceArn, tags }));
  await sfn.send(new UntagResourceCommand({ resourceArn, tagKeys: ['b', 'c'] }));
  expect((await sfn.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
    { key: 'a', value: '2' },
  ]);
});

test('the executions of an express machine have ARNs of their own, and cannot be described', async () => {
  const { stateMachineArn = '' } = await create('quick', { type: 'EXPRESS' });
  const execution = new RegExp(
    `^${arnOf('quick').replace('stateMachine', 'express')}:[^:]+:[^:]+$`,
    'u',
  );
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  expect(executionArn).toMatch(execution);
  const sync = await sfn.send(new StartSyncExecutionCommand({ stateMachineArn }));
  expect(sync.executionArn).toMatch(execution);
  expect(sync.output).toBe('1');
  const refusal = {
    name: 'InvalidArn',
    message: "Invalid Arn: 'Resource type not valid in this context: express'",
  };
  const describing = sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect(describing).rejects.toMatchObject(refusal);
  const stopping = sfn.send(new StopExecutionCommand({ executionArn }));
  await expect(stopping).rejects.toMatchObject(refusal);
  const reading = sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  await expect(reading).rejects.toMatchObject(refusal);
  await expect(sfn.send(new ListExecutionsCommand({ stateMachineArn }))).rejects.toMatchObject({
    name: 'StateMachineTypeNotSupported',
  });
});

test('a machine says which variables its states refer to', async () => {
  const definition = JSON.stringify({
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Parameters: { v: '$plain' }, Assign: { a: 1, b: 2 }, Next: 'Use' },
      Use: {
        Type: 'Choice',
        Choices: [{ Variable: '$b', NumericEqualsPath: '$a', Next: 'Each' }],
        Default: 'Each',
      },
      Each: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Path',
          States: {
            Path: {
              Type: 'Pass',
              Assign: { 's.$': 'States.MathAdd($a, States.MathAdd($.x, $b))' },
              Next: 'Expression',
            },
            Expression: {
              Type: 'Pass',
              QueryLanguage: 'JSONata',
              Output: '{% ( $own := $a; $sum([$own, $states.input.x, $list]) ) %}',
              End: true,
            },
          },
        },
        End: true,
      },
    },
  });
  const { stateMachineArn = '' } = await create('variables', { definition });
  const variableReferences = { Use: ['a', 'b'], Path: ['a', 'b'], Expression: ['a', 'list'] };
  expect((await describe(stateMachineArn)).variableReferences).toEqual(variableReferences);
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  const described = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  expect(described).toMatchObject({ definition, variableReferences });
  expect((await describe(arnOf('declared'))).variableReferences).toBeUndefined();
});
