import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type { Clock } from '#local/process/clock.ts';
import type { State } from '#local/step-functions/definition/definition.ts';
import type { Objects } from '#local/step-functions/distributed/objects.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import type { TaskCaller } from '#local/step-functions/integrations/task-caller.ts';
import { isJson } from '#local/step-functions/machines/json-errors.ts';
import type { Run } from '#local/step-functions/interpreter/run.ts';
import type { TaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import {
  defaultContext,
  readContext,
  tokenOf,
  waits,
} from '#local/step-functions/test-state/context.ts';
import { createInspection, type Inspection } from '#local/step-functions/test-state/inspection.ts';
import { checkMock, createMock } from '#local/step-functions/test-state/mock.ts';
import { readTestedState } from '#local/step-functions/test-state/read-tested-state.ts';
import { runTestedState } from '#local/step-functions/test-state/run-tested-state.ts';
import { accountId } from '#local/template/stack-context.ts';
import { boolean, integer, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** What tested states use. */
export interface TestStateContext {
  readonly clock: Clock;
  readonly region: string;
  readonly tasks: TaskCaller;
  readonly tokens: TaskTokens;
  readonly objects: Objects;
}

const data = string({ max: 262_144 });

const requestShape = structure(
  { definition: string({ min: 1, max: 1_048_576 }) },
  {
    roleArn: string({ min: 1, max: 256 }),
    input: data,
    inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE'),
    revealSecrets: boolean,
    variables: data,
    stateName: string({ min: 1, max: 80 }),
    mock: structure(
      {},
      {
        result: data,
        errorOutput: structure({}, { error: string({ max: 256 }), cause: string({ max: 32_768 }) }),
        fieldValidationMode: oneOf('STRICT', 'PRESENT', 'NONE'),
      },
    ),
    context: data,
    stateConfiguration: structure(
      {},
      {
        retrierRetryCount: integer({ min: 0 }),
        errorCausedByState: string({ min: 1, max: 80 }),
        mapIterationFailureCount: integer({ min: 0 }),
        mapItemReaderData: data,
      },
    ),
  },
);

type TestRequest = Shaped<typeof requestShape>;

/** A test ends after five minutes, as on AWS. */
const maxMs = 300_000;

/** Returns the operation that tests a state without an execution. */
export function testStateOperation(context: TestStateContext): readonly [string, Operation] {
  return ['TestState', operation(requestShape, (request) => testState(context, request))];
}

async function testState(context: TestStateContext, request: TestRequest): Promise<object> {
  const { inspectionLevel = 'INFO', stateConfiguration = {} } = request;
  const { clock } = context;
  const state = readTestedState(request.definition, request.stateName);
  checkRequest(state, request);
  const input = parseInput(request.input ?? '{}');
  const contextObject =
    request.context === undefined
      ? defaultContext(state, {
          region: context.region,
          accountId,
          input,
          roleArn: request.roleArn,
          now: clock.now(),
        })
      : readContext(request.context, state);
  const given = record(parseInput(request.variables ?? '{}'));
  const variables = new Map(Object.entries(given));
  const entered = { id: 0, before: 0 };
  const frame = { state, input, variables, context: contextObject, entered };
  const inspection = createInspection(frame);
  const run = createRun(context, request, { inspection, contextObject });
  const { retrierRetryCount: retries = 0 } = stateConfiguration;
  const tested = { frame, run, clock, inspection, retries };
  const { variables: after, ...result } = await runTestedState(tested);
  if (inspectionLevel === 'INFO') return result;
  if (Object.keys(after).length > 0) inspection.addJson({ variables: after });
  return { ...result, inspectionData: inspection.members() };
}

/** Throws AWS's error for members that do not fit the state, or each other. */
function checkRequest(state: State, request: TestRequest): void {
  const { mock, revealSecrets, roleArn, context } = request;
  if (mock !== undefined) {
    checkMock(state, mock);
    if (revealSecrets === true)
      throw invalid('TestState does not support RevealSecrets when a mock is specified.');
    return;
  }
  if (state.type === 'Map' || state.type === 'Parallel') {
    throw new AwsError(
      'InvalidDefinition',
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    );
  }
  if (state.type === 'Task' && roleArn === undefined)
    throw invalid('RoleArn must be specified when testing a Task state');
  if (waits(state)) {
    throw invalid(
      "A Task state with a '.sync' or '.waitForTaskToken' service integration pattern can only be tested with a mock",
    );
  }
  if (context !== undefined)
    throw invalid('A Context object can only be specified when a mock is specified');
}

function parseInput(text: string): unknown {
  if (isJson(text)) return parseStateJson(text);
  throw new AwsError('InvalidExecutionInput', 'Invalid Input: it is not JSON');
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

interface TestedRun {
  readonly inspection: Inspection;
  readonly contextObject: Json;
}

function createRun(
  { clock, region, tasks, tokens, objects }: TestStateContext,
  { mock, stateConfiguration = {} }: TestRequest,
  { inspection, contextObject }: TestedRun,
): Run {
  const token = tokenOf(contextObject);
  return {
    clock,
    region,
    objects,
    signal: AbortSignal.timeout(maxMs),
    context: contextObject,
    call: (resource, parameters) => tasks.call(resource, parameters),
    openToken() {
      const opened = tokens.open();
      return typeof token === 'string' ? { ...opened, token } : opened;
    },
    waitForExecution: () => Promise.reject(invalid('A .sync task needs a mock')),
    mapRuns: {
      start: () => {
        throw invalid('A Map state needs a mock');
      },
      resume: () => undefined,
    },
    mock: mock && createMock(mock, stateConfiguration, inspection),
  };
}
