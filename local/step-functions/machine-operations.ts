import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { DefinitionError, readMachine } from '#local/step-functions/definition/read-machine.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import type { TaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import { integer, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

export interface MachineApi {
  readonly tokens: TaskTokens;
  machines(): readonly StateMachine[];
}

type Operations = readonly (readonly [string, Operation])[];

/** The creation time that every state machine reports: the start of this process. */
const createdAt = Math.floor(Date.now() / 1000);

/** Returns a machine by its ARN. Throws AWS's error if it does not exist. */
export function requireMachine(machines: readonly StateMachine[], arn: string): StateMachine {
  const machine = machines.find((each) => each.arn === arn);
  if (machine !== undefined) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** Throws AWS's error if an input is not JSON. */
export function checkInput(input: string): void {
  if (isJson(input)) return;
  const message = 'Invalid State Machine Execution Input: it is not JSON';
  throw new AwsError('InvalidExecutionInput', message);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the operations on state machines, and those that report on tasks by their token. */
export function machineOperations({ machines, tokens }: MachineApi): Operations {
  const byToken = { taskToken: string() };
  return [
    [
      'ListStateMachines',
      operation(structure({}, { maxResults: integer(), nextToken: string() }), () => ({
        stateMachines: machines().map(({ arn, name, type }) => {
          return { stateMachineArn: arn, name, type, creationDate: createdAt };
        }),
      })),
    ],
    [
      'DescribeStateMachine',
      operation(structure({ stateMachineArn: string() }, { includedData: string() }), (input) =>
        describeMachine(requireMachine(machines(), input.stateMachineArn)),
      ),
    ],
    [
      'ValidateStateMachineDefinition',
      operation(
        structure(
          { definition: string() },
          { type: string(), severity: string(), maxResults: integer() },
        ),
        validate,
      ),
    ],
    [
      'SendTaskSuccess',
      operation(structure({ ...byToken, output: string() }), ({ taskToken, output }) => {
        if (!isJson(output)) throw new AwsError('InvalidOutput', 'Invalid Output: it is not JSON');
        tokens.succeed(taskToken, parseStateJson(output));
      }),
    ],
    [
      'SendTaskFailure',
      operation(structure(byToken, { error: string(), cause: string() }), (input) => {
        const { taskToken, error, cause } = input;
        tokens.fail(taskToken, new StatesError(error, cause));
      }),
    ],
    ['SendTaskHeartbeat', operation(structure(byToken), ({ taskToken }) => tokens.beat(taskToken))],
  ];
}

/** Returns the output of DescribeStateMachine. */
export function describeMachine({ arn, name, type, roleArn, definition }: StateMachine): object {
  return {
    stateMachineArn: arn,
    name,
    type,
    roleArn,
    definition,
    status: 'ACTIVE',
    creationDate: createdAt,
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}

function validate({ definition }: { readonly definition: string }): object {
  try {
    readMachine(record(JSON.parse(definition)));
    return { result: 'OK', diagnostics: [] };
  } catch (error) {
    const problems =
      error instanceof DefinitionError
        ? error.problems
        : [{ place: '', message: 'The definition is not JSON' }];
    const diagnostics = problems.map(({ place, message }) => {
      return {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message,
        location: place || '/',
      };
    });
    return { result: 'FAIL', diagnostics };
  }
}
