import {
  TestStateCommand,
  type SFNClient,
  type TestStateCommandInput,
  type TestStateCommandOutput,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleArn, startMachineApi, type MachineApi } from '#test/fixtures/machine-api.ts';
import { testedStates } from '#test/fixtures/tested-states.ts';

let api: MachineApi;
let sfn: SFNClient;

beforeAll(async () => {
  api = await startMachineApi();
  ({ sfn } = api);
});

afterAll(() => api.system.close());

type Request = Omit<Partial<TestStateCommandInput>, 'definition'>;

const testState = (definition: object, more: Request = {}): Promise<TestStateCommandOutput> =>
  sfn.send(new TestStateCommand({ definition: JSON.stringify(definition), ...more }));

/** Writes the texts that are JSON as values. */
const parsed = (members: object): object =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      typeof value === 'string' ? (JSON.parse(value) as unknown) : (value as unknown),
    ]),
  );

test.each(testedStates)('$name', async ({ request: { definition, ...request }, right }) => {
  const { $metadata: _, output, inspectionData, ...result } = await testState(definition, request);
  expect({
    ...result,
    ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
    ...(inspectionData === undefined ? {} : { inspectionData: parsed(inspectionData) }),
  }).toEqual(right);
});

test('a tested state has the context of an execution of an express machine', async () => {
  const pass = { Type: 'Pass', Parameters: { 'c.$': '$$' }, End: true };
  const { output } = await testState(pass, { input: '{"a":1}' });
  expect(JSON.parse(output ?? '')).toEqual({
    c: {
      Execution: {
        Id: expect.stringMatching(/:express:[\w-]{36}:[\w-]{36}$/u) as string,
        Input: { a: 1 },
        Name: expect.any(String) as string,
        RoleArn: null,
        StartTime: expect.any(String) as string,
      },
      StateMachine: {
        Id: expect.stringContaining(':stateMachine:') as string,
        Name: expect.any(String) as string,
      },
      State: { Name: 'StateName', EnteredTime: expect.any(String) as string },
    },
  });
});

test('a tested state writes JSON with spaces, as recorded', async () => {
  const pass = { Type: 'Pass', End: true };
  const { output, inspectionData } = await testState(pass, {
    input: '["a","b",{"c":1.0}]',
    inspectionLevel: 'DEBUG',
  });
  expect(output).toBe('["a", "b", {"c": 1.0}]');
  expect(inspectionData?.afterInputPath).toBe(output);
});

test('a Task calls its service', async () => {
  const list = {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:sfn:listStateMachines',
    Parameters: {},
    OutputPath: '$.StateMachines[0].Name',
    End: true,
  };
  expect(await testState(list, { roleArn })).toMatchObject({
    status: 'SUCCEEDED',
    output: '"declared"',
  });
});

const pass = { Type: 'Pass', End: true };
const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'f' },
  End: true,
};
const parallel = {
  Type: 'Parallel',
  Branches: [{ StartAt: 'X', States: { X: { Type: 'Pass', End: true } } }],
  End: true,
};
const map = { Type: 'Map', ItemProcessor: parallel.Branches[0], End: true };
const mock = { result: '{}' };

test.each<[string, object, Request, string, string]>([
  [
    'a mock of a Pass state',
    pass,
    { mock },
    'ValidationException',
    "State type 'Pass' is not supported when a mock is specified",
  ],
  [
    'a mock with a result and an error',
    task,
    { mock: { ...mock, errorOutput: { error: 'E' } } },
    'ValidationException',
    'A test mock should have only one of the following fields: [result, errorOutput].',
  ],
  [
    'secrets with a mock',
    task,
    { mock, revealSecrets: true },
    'ValidationException',
    'TestState does not support RevealSecrets when a mock is specified.',
  ],
  [
    'a Map state without a mock',
    map,
    { roleArn },
    'InvalidDefinition',
    'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
  ],
  [
    'a result of a Map state that is no array',
    map,
    { mock },
    'ValidationException',
    'Mocked result must be an array.',
  ],
  [
    'too many results of a Parallel state',
    parallel,
    { mock: { result: '[1,2]' } },
    'ValidationException',
    'Mocked result must contain the same number of items as number of Parallel branches.',
  ],
  [
    'a result that its service does not return',
    task,
    { mock: { result: '{"Payload":1}' } },
    'ValidationException',
    "Mock result schema validation error: Field 'Payload' must be a string",
  ],
  [
    'a Task without a role',
    task,
    {},
    'ValidationException',
    'RoleArn must be specified when testing a Task state',
  ],
  [
    'a name that no state has',
    { StartAt: 'A', States: { A: pass } },
    { stateName: 'none' },
    'ValidationException',
    'State not found in definition',
  ],
  [
    'a token in the context of a Task that waits for none',
    task,
    { mock, context: '{"Task":{"Token":"t"}}' },
    'ValidationException',
    "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
  ],
  [
    'a context with a number as an id',
    task,
    { mock, context: '{"Execution":{"Id":1}}' },
    'ValidationException',
    'Invalid Context object provided: Execution.Id must be a string',
  ],
  [
    'a context with an item',
    task,
    { mock, context: '{"Map":{}}' },
    'ValidationException',
    "Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
  ],
  [
    'a context with an unknown member',
    task,
    { mock, context: '{"Execution":{"pokemon":1}}' },
    'ValidationException',
    "Invalid Context object provided: Field 'pokemon' is not allowed",
  ],
  [
    'a state with an unknown field',
    { ...pass, Retries: 1 },
    {},
    'InvalidDefinition',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Retries' is not supported at /'",
  ],
])('%s is refused', async (_, definition, request, name, message) => {
  await expect(testState(definition, request)).rejects.toMatchObject({ name, message });
});
