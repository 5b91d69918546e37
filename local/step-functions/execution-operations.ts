import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type {
  Execution,
  ExecutionStore,
  HistoryEvent,
} from '#local/step-functions/execution-store.ts';
import { executionMembers } from '#local/step-functions/describe-execution.ts';
import type { Executions } from '#local/step-functions/executions.ts';
import { checkArn, checkName } from '#local/step-functions/machines/arns.ts';
import { jsonError } from '#local/step-functions/machines/json-errors.ts';
import { describeMachine } from '#local/step-functions/machines/machine-operations.ts';
import {
  requireMachine,
  requireQualified,
  type MachineStore,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { boolean, oneOf, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

export interface ExecutionApi {
  readonly executions: Executions;
  readonly store: ExecutionStore;
  readonly machines: MachineStore;
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
        checkArn(stateMachineArn, 'stateMachine');
        const machine = requireQualified(machines, stateMachineArn);
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
      operation(byExecution, ({ executionArn }) => {
        const execution = requireExecution(store, executionArn);
        const machine = requireMachine(machines, execution.machine);
        return { ...describeMachine(machine), updateDate: machine.updatedAt };
      }),
    ],
  ];
}

/** Throws AWS's error if an input is not JSON. */
function checkInput(input: string): void {
  const error = input === '' ? { message: 'Invalid execution input.' } : jsonError(input);
  if (error === undefined) return;
  const message = `Invalid State Machine Execution Input: '${error.message}'`;
  throw new AwsError('InvalidExecutionInput', message);
}

const byExecution = structure({ executionArn: string() }, { includedData: string() });

function requireExecution(store: ExecutionStore, arn: string): Execution {
  checkArn(arn, 'execution');
  const execution = store.find(arn);
  if (execution !== undefined) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

function startSync(executions: Executions, machines: MachineStore): Operation {
  return operation(startShape, async ({ stateMachineArn, name, input = '{}' }) => {
    checkArn(stateMachineArn, 'stateMachine');
    const machine = requireQualified(machines, stateMachineArn);
    if (machine.type !== 'EXPRESS') throw wrongType();
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

function wrongType(): AwsError {
  const message = 'This operation is not supported by this type of state machine';
  return new AwsError('StateMachineTypeNotSupported', message);
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
    ...pageShape,
    reverseOrder: boolean,
    includeExecutionData: boolean,
  };
  return operation(structure({ executionArn: string() }, optional), (input) => {
    const { executionArn, reverseOrder = false, includeExecutionData = true } = input;
    requireExecution(store, executionArn);
    const all = store.events(executionArn);
    const { items, ...rest } = pageOf(reverseOrder ? all.toReversed() : all, input);
    return { events: items.map((event) => toEvent(event, includeExecutionData)), ...rest };
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

const statuses = oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING');

function listExecutions(store: ExecutionStore, machines: MachineStore): Operation {
  const optional = {
    ...pageShape,
    statusFilter: statuses,
    mapRunArn: string(),
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  };
  return operation(structure({ stateMachineArn: string() }, optional), (input) => {
    const { stateMachineArn, statusFilter, redriveFilter } = input;
    checkArn(stateMachineArn, 'stateMachine');
    const { arn, type } = requireMachine(machines, stateMachineArn);
    if (type === 'EXPRESS') throw wrongType();
    const found = store.listByMachine(arn).filter(({ status }) => {
      return status === (statusFilter ?? status) && redriveFilter !== 'REDRIVEN';
    });
    const { items, ...rest } = pageOf(found, input);
    const executions = items.map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: arn,
      name: execution.name,
      status: execution.status,
      startDate: seconds(execution.startedAt),
      stopDate: seconds(execution.stoppedAt),
      redriveCount: 0,
    }));
    return { executions, ...rest };
  });
}
