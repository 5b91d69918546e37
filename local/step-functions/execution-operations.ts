import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type {
  Execution,
  ExecutionStore,
  HistoryEvent,
} from '#local/step-functions/execution-store.ts';
import { executionMembers } from '#local/step-functions/describe-execution.ts';
import type { Executions } from '#local/step-functions/executions.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import {
  checkInput,
  describeMachine,
  requireMachine,
} from '#local/step-functions/machine-operations.ts';
import { boolean, integer, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

export interface ExecutionApi {
  readonly executions: Executions;
  readonly store: ExecutionStore;
  machines(): readonly StateMachine[];
}

type Operations = readonly (readonly [string, Operation])[];

/** Converts milliseconds to seconds, the unit of the API. */
const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

const startShape = structure(
  { stateMachineArn: string() },
  { name: string({ min: 1, max: 80 }), input: string({ max: 262_144 }), traceHeader: string() },
);

/** Returns the operations on executions. */
export function executionOperations({ executions, store, machines }: ExecutionApi): Operations {
  return [
    [
      'StartExecution',
      operation(startShape, ({ stateMachineArn, name, input = '{}' }) => {
        const machine = requireMachine(machines(), stateMachineArn);
        checkInput(input);
        checkName(name);
        const { arn, startedAt } = executions.start(machine, { name, input });
        return { executionArn: arn, startDate: seconds(startedAt) };
      }),
    ],
    ['StartSyncExecution', startSync(executions, machines)],
    [
      'DescribeExecution',
      operation(byExecution, ({ executionArn }) => describe(requireExecution(store, executionArn))),
    ],
    ['GetExecutionHistory', getHistory(store)],
    ['ListExecutions', listExecutions(store, machines)],
    [
      'StopExecution',
      operation(
        structure({ executionArn: string() }, { error: string(), cause: string() }),
        (input) => {
          requireExecution(store, input.executionArn);
          return { stopDate: seconds(executions.stop(input.executionArn, input)) };
        },
      ),
    ],
    [
      'DescribeStateMachineForExecution',
      operation(byExecution, ({ executionArn }) =>
        describeMachine(requireMachine(machines(), requireExecution(store, executionArn).machine)),
      ),
    ],
  ];
}

/** Throws AWS's error for a name with characters that have a meaning in ARNs, patterns or URLs. */
function checkName(name = ''): void {
  if (!/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

const byExecution = structure({ executionArn: string() }, { includedData: string() });

function requireExecution(store: ExecutionStore, arn: string): Execution {
  const execution = store.find(arn);
  if (execution !== undefined) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

function startSync(executions: Executions, machines: () => readonly StateMachine[]): Operation {
  return operation(startShape, async ({ stateMachineArn, name, input = '{}' }) => {
    const machine = requireMachine(machines(), stateMachineArn);
    if (machine.type !== 'EXPRESS') {
      throw new AwsError(
        'StateMachineTypeNotSupported',
        'This operation is not supported by this type of state machine',
      );
    }
    checkInput(input);
    const result = await executions.runExpress(machine, { name, input });
    return {
      stateMachineArn,
      executionArn: result.arn,
      name: result.name,
      startDate: seconds(result.startedAt),
      stopDate: seconds(result.stoppedAt),
      input,
      inputDetails: { included: true },
      outputDetails: { included: true },
      ...result.outcome,
    };
  });
}

function describe(execution: Execution): object {
  const { status } = execution;
  const redrive =
    status === 'RUNNING' || status === 'SUCCEEDED'
      ? {
          redriveStatus: 'NOT_REDRIVABLE',
          redriveStatusReason: `Execution is ${status} and cannot be redriven`,
        }
      : { redriveStatus: 'REDRIVABLE' };
  return { ...executionMembers(execution, seconds), redriveCount: 0, ...redrive };
}

function getHistory(store: ExecutionStore): Operation {
  const optional = {
    maxResults: integer({ min: 0, max: 1000 }),
    reverseOrder: boolean,
    nextToken: string(),
    includeExecutionData: boolean,
  };
  return operation(structure({ executionArn: string() }, optional), (input) => {
    const { executionArn, reverseOrder = false, nextToken = '0' } = input;
    const { includeExecutionData: hasData = true } = input;
    requireExecution(store, executionArn);
    const all = store.events(executionArn);
    const inOrder = reverseOrder ? all.toReversed() : all;
    const start = Number(nextToken);
    const limit = input.maxResults === undefined || input.maxResults === 0 ? 100 : input.maxResults;
    const rest = start + limit < inOrder.length ? { nextToken: String(start + limit) } : {};
    return {
      events: inOrder.slice(start, start + limit).map((event) => toEvent(event, hasData)),
      ...rest,
    };
  });
}

/**
 * Details are in a member named after the type. All types of states share the same two names. Events of
 * the execution have the member also if it is empty.
 */
function toEvent({ id, previous, at, type, details }: HistoryEvent, hasData: boolean): object {
  const [, kind] = /(StateEntered|StateExited)$/u.exec(type) ?? [];
  const name = kind === undefined ? lowerFirst(type) : lowerFirst(kind);
  const entries = Object.entries(record(JSON.parse(details)));
  const values = hasData ? entries : entries.filter(([member]) => !dataMembers.has(member));
  const isShown = values.length > 0 || type.startsWith('Execution');
  const members = isShown ? { [`${name}EventDetails`]: Object.fromEntries(values) } : {};
  return { id, previousEventId: previous, timestamp: seconds(at), type, ...members };
}

/** What GetExecutionHistory leaves out on request. */
const dataMembers: ReadonlySet<string> = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
]);

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function listExecutions(store: ExecutionStore, machines: () => readonly StateMachine[]): Operation {
  const optional = {
    statusFilter: string(),
    maxResults: integer({ min: 0, max: 1000 }),
    nextToken: string(),
  };
  return operation(structure({ stateMachineArn: string() }, optional), (input) => {
    const { stateMachineArn, statusFilter, maxResults = 100, nextToken = '0' } = input;
    const { arn } = requireMachine(machines(), stateMachineArn);
    const all = store
      .listByMachine(arn)
      .filter(({ status }) => status === (statusFilter ?? status));
    const start = Number(nextToken);
    const rest = start + maxResults < all.length ? { nextToken: String(start + maxResults) } : {};
    const executions = all.slice(start, start + maxResults).map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: arn,
      name: execution.name,
      status: execution.status,
      startDate: seconds(execution.startedAt),
      stopDate: seconds(execution.stoppedAt),
    }));
    return { executions, ...rest };
  });
}
