import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  ValidateStateMachineDefinitionCommand,
  type ExecutionStatus,
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

test.each<[string, () => Promise<unknown>, string, string]>([
  [
    'a definition with several errors',
    () =>
      create('bad', { definition: '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}' }),
    'InvalidDefinition',
    "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'",
  ],
  [
    'a definition without states',
    () => create('bad', { definition: '{"StartAt":"A"}' }),
    'InvalidDefinition',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
  ],
  [
    'an update with a bad definition',
    () => update('declared', { definition: '{}' }),
    'InvalidDefinition',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
  ],
  [
    'a machine with an activity',
    () =>
      create('bad', {
        definition: JSON.stringify({
          StartAt: 'A',
          States: {
            A: {
              Type: 'Task',
              Resource: 'arn:aws:states:us-east-1:000000000000:activity:work',
              End: true,
            },
          },
        }),
      }),
    'InvalidDefinition',
    '/States/A: activities are not hosted here. Use a Task with .waitForTaskToken, such as sqs:sendMessage.waitForTaskToken',
  ],
  [
    'an activity',
    () => sfn.send(new CreateActivityCommand({ name: 'work' })),
    'ValidationException',
    'Activities are not hosted here. Use a Task with .waitForTaskToken',
  ],
  ['a bad name', () => create('a b'), 'InvalidName', "Invalid Name: 'a b'"],
  [
    'an update of nothing',
    () => update('declared', {}),
    'MissingRequiredParameter',
    'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
  ],
  [
    'an update of a missing machine',
    () => update('missing', { roleArn }),
    'StateMachineDoesNotExist',
    'State Machine Does Not Exist',
  ],
  [
    'a description of no version',
    () => create('bad', { versionDescription: 'x' }),
    'ValidationException',
    'Version description can only be set when publish is true',
  ],
  [
    'a text as an ARN of a machine',
    () => describe('not_a_valid_arn'),
    'InvalidArn',
    "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
  ],
  [
    'a text as an ARN of an execution',
    () => sfn.send(new DescribeExecutionCommand({ executionArn: 'nothing' })),
    'InvalidArn',
    "Invalid Arn: 'Invalid ARN prefix: nothing'",
  ],
  [
    'the ARN of a machine as that of an execution',
    () => sfn.send(new StopExecutionCommand({ executionArn: arnOf('declared') })),
    'InvalidArn',
    "Invalid Arn: 'Resource type not valid in this context: stateMachine'",
  ],
  [
    'the ARN of another service',
    () => describe('arn:aws:sqs:us-east-1:000000000000:queue'),
    'InvalidArn',
    'Invalid Arn: ',
  ],
  [
    'an unknown page token',
    () => sfn.send(new ListStateMachinesCommand({ nextToken: 'x' })),
    'InvalidToken',
    "Invalid Token: 'Invalid token'",
  ],
  [
    'a page that is too large',
    () => sfn.send(new ListStateMachinesCommand({ maxResults: 1001 })),
    'ValidationException',
    "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
  ],
  [
    'an unknown status filter',
    () =>
      sfn.send(
        new ListExecutionsCommand({
          stateMachineArn: arnOf('declared'),
          statusFilter: 'succeeded' as ExecutionStatus,
        }),
      ),
    'ValidationException',
    "Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
  ],
  [
    'an input that begins with a word',
    () =>
      sfn.send(
        new StartExecutionCommand({ stateMachineArn: arnOf('declared'), input: 'not json' }),
      ),
    'InvalidExecutionInput',
    "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
  ],
  [
    'tags of a missing machine',
    () => sfn.send(new ListTagsForResourceCommand({ resourceArn: arnOf('missing') })),
    'ResourceNotFound',
    'Resource not found',
  ],
])('%s is refused as AWS refuses it', async (_, run, name, message) => {
  await expect(run()).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message) as string,
  });
});

const validate = (definition: string, more: object = {}) =>
  sfn.send(new ValidateStateMachineDefinitionCommand({ definition, ...more }));

test('a validation returns the diagnostics of AWS', async () => {
  expect(await validate(passing(1))).toMatchObject({
    result: 'OK',
    diagnostics: [],
    truncated: false,
  });
  const loop = '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A","Catch":[]}}}';
  const [field, end] = [
    {
      severity: 'ERROR',
      code: 'SCHEMA_VALIDATION_FAILED',
      message: "Field 'Catch' is not supported",
      location: '/States/A',
    },
    { severity: 'ERROR', code: 'MISSING_END_STATE', message: 'Workflow has no terminal state' },
  ];
  const all = await validate(loop, { maxResults: 0, severity: 'WARNING' });
  expect(all).toMatchObject({ result: 'FAIL', truncated: false });
  expect(all.diagnostics).toEqual([field, end]);
  const first = await validate(loop, { maxResults: 1 });
  expect(first).toMatchObject({ result: 'FAIL', truncated: true, diagnostics: [field] });
});

test.each([
  ['not a definition', 'INVALID_JSON_DESCRIPTION', "Unrecognized token 'not': was expecting"],
  ['{"StartAt":', 'INVALID_JSON_DESCRIPTION', ' at [Source: (String)"{"StartAt":"; line: 1'],
  [' ', 'SCHEMA_VALIDATION_FAILED', 'Definition must be a valid JSON object'],
  ['[]', 'SCHEMA_VALIDATION_FAILED', 'Definition must be a valid JSON object'],
  ['{}', 'SCHEMA_VALIDATION_FAILED', 'These fields are required: [States, StartAt]'],
])('the text %j is no definition', async (text, code, message) => {
  expect((await validate(text)).diagnostics).toEqual([
    expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
  ]);
});

test.each([
  [{ maxResults: 101 }, 'less than or equal to 100'],
  [{ maxResults: -1 }, 'greater than or equal to 0'],
  [{ severity: 'BAD' }, 'enum value set: [ERROR, WARNING]'],
  [{ type: 'SLOW' }, 'enum value set: [STANDARD, EXPRESS]'],
])('a validation with %j is refused', async (members, message) => {
  await expect(validate(passing(1), members)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message) as string,
  });
});
