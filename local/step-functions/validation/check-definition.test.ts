import { expect, test } from 'vitest';
import { checkDefinition } from '#local/step-functions/validation/check-definition.ts';
import { record } from '#local/template/json.ts';
import { acceptedExpressions } from '#test/fixtures/definitions/accepted-expressions.ts';
import { accepted } from '#test/fixtures/definitions/accepted.ts';
import { bounds } from '#test/fixtures/definitions/bounds.ts';
import cases from '#test/fixtures/definitions/cases.json' with { type: 'json' };
import { expressions } from '#test/fixtures/definitions/expressions.ts';
import { languages, misplacedFields } from '#test/fixtures/definitions/fields.ts';
import { forms, graphs } from '#test/fixtures/definitions/graphs.ts';
import { handlers } from '#test/fixtures/definitions/handlers.ts';
import { paths, templates } from '#test/fixtures/definitions/paths.ts';
import { resources } from '#test/fixtures/definitions/resources.ts';
import { rules } from '#test/fixtures/definitions/rules.ts';

const refused = [
  ...forms,
  ...graphs,
  ...misplacedFields,
  ...languages,
  ...bounds,
  ...handlers,
  ...paths,
  ...templates,
  ...expressions,
  ...rules,
  ...resources,
];

test.each(refused)('refused: %s', (_, definition, location, message) => {
  const diagnostics = checkDefinition(record(definition), 'STANDARD');
  expect(diagnostics).toContainEqual({
    severity: 'ERROR',
    code: expect.any(String) as string,
    message: expect.stringContaining(message) as string,
    ...(location === undefined ? {} : { location }),
  });
});

test.each([...accepted, ...acceptedExpressions])('accepted: %s', (_, definition) => {
  expect(checkDefinition(record(definition), 'STANDARD')).toEqual([]);
});

test.each(cases)('the recorded case $name', ({ definition, starts }) => {
  expect(checkDefinition(record(definition), 'STANDARD').length === 0).toBe(starts);
});

const task = (Resource: string): object => ({
  Type: 'Task',
  Resource,
  Parameters: { QueueUrl: 'x', MessageBody: 'y', StateMachineArn: 'z' },
  End: true,
});

/** What a standard machine may have, and an express machine may not. */
test.each([
  [
    task('arn:aws:states:::sqs:sendMessage.waitForTaskToken'),
    "Express state machine does not support '.waitForTaskToken' service integration ",
  ],
  [
    task('arn:aws:states:::states:startExecution.sync:2'),
    "Express state machine does not support '.sync' service integration",
  ],
  [
    task('arn:aws:states:us-east-1:123456789012:activity:work'),
    'Express state machine does not support Activity ARN',
  ],
  [
    {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'B',
        States: { B: { Type: 'Succeed' } },
      },
      End: true,
    },
    "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
  ],
])('an express machine cannot have %j', (state, message) => {
  const diagnostics = checkDefinition({ StartAt: 'A', States: { A: state } }, 'EXPRESS');
  expect(diagnostics.map((each) => each.message)).toContain(message);
});

test.each([
  [
    { A: { Type: 'Pass', Next: 'NOPE' } },
    ["Missing 'Next' target: NOPE", 'Workflow has no terminal state'],
  ],
  [
    {
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Pass', Next: 'A' },
      Unused: { Type: 'Pass', Next: 'A' },
    },
    ['Workflow has no terminal state'],
  ],
])('without an end, nothing is said about reachable states: %j', (States, messages) => {
  const diagnostics = checkDefinition({ StartAt: 'A', States }, 'STANDARD');
  expect(diagnostics.map(({ message }) => message)).toEqual(messages);
});

test('states are not nested endlessly deep', () => {
  let definition: object = { StartAt: 'S', States: { S: { Type: 'Succeed' } } };
  for (let depth = 0; depth < 200; depth += 1) {
    const Branches = [definition];
    definition = {
      StartAt: `P${depth}`,
      States: { [`P${depth}`]: { Type: 'Parallel', Branches, End: true } },
    };
  }
  const [{ code } = {}] = checkDefinition(record(definition), 'STANDARD');
  expect(code).toBe('TOO_DEEPLY_NESTED');
});
