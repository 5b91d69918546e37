import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type {
  Execution,
  ExecutionStore,
  HistoryEvent,
} from '#local/step-functions/execution-store.ts';
import { executionMembers } from '#local/step-functions/describe-execution.ts';
import { redriveMembers } from '#local/step-functions/redrive.ts';
import { findProcessor } from '#local/step-functions/definition/find-processor.ts';
import type { MapRunStore } from '#local/step-functions/distributed/map-run-store.ts';
import { requireMapRun } from '#local/step-functions/distributed/map-run-operations.ts';
import type { Executions } from '#local/step-functions/executions.ts';
import { checkArn, checkName } from '#local/step-functions/machines/arns.ts';
import { jsonError } from '#local/step-functions/machines/json-errors.ts';
import { describeMachine } from '#local/step-functions/machines/machine-operations.ts';
import {
  requireMachine,
  requireQualified,
  type MachineStore,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { boolean, oneOf, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

export interface ExecutionApi {
  readonly executions: Executions;
  readonly store: ExecutionStore;
  readonly machines: MachineStore;
  readonly mapRuns: MapRunStore;
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
export function executionOperations(api: ExecutionApi): Operations {
  const { executions, store, machines, mapRuns } = api;
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
    ['ListExecutions', listExecutions(api)],
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
        const machine = requireMachine(machines, execution.machine.replace(/\/[^/]*$/u, ''));
        return {
          ...describeMachine(machine),
          updateDate: machine.updatedAt,
          ...describeProcessor(machine, execution, mapRuns),
        };
      }),
    ],
  ];
}

/** Returns what differs for an execution of a map run: its machine is the processor of the Map state. */
function describeProcessor(
  { definition }: StoredMachine,
  { mapRun: mapRunArn, machine }: Execution,
  mapRuns: MapRunStore,
): object {
  const run = mapRunArn === undefined ? undefined : mapRuns.find(mapRunArn);
  if (run === undefined) return {};
  const processor = findProcessor(record(JSON.parse(definition)), run.state);
  return {
    stateMachineArn: machine,
    name: machine.split(':').at(-1),
    definition: JSON.stringify(processor ?? {}),
    mapRunArn,
    label: machine.split('/').at(-1),
  };
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
  return { ...executionMembers(execution, seconds), ...redriveMembers(execution) };
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

function listExecutions(api: ExecutionApi): Operation {
  const optional = {
    ...pageShape,
    stateMachineArn: string(),
    statusFilter: statuses,
    mapRunArn: string(),
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  };
  return operation(structure({}, optional), (input) => {
    const { statusFilter, redriveFilter } = input;
    const found = findExecutions(api, input).filter(({ status, redriveCount = 0 }) => {
      const isRedriven = redriveCount > 0;
      const hasRedrives =
        redriveFilter === undefined || (redriveFilter === 'REDRIVEN') === isRedriven;
      return status === (statusFilter ?? status) && hasRedrives;
    });
    const { items, ...rest } = pageOf(found, input);
    return { executions: items.map(toListItem), ...rest };
  });
}

interface ListRequest {
  readonly stateMachineArn?: string | undefined;
  readonly mapRunArn?: string | undefined;
}

/** Returns the executions of a machine, a version, an alias or a map run. Throws AWS's error. */
function findExecutions(
  { store, machines, mapRuns }: ExecutionApi,
  { stateMachineArn, mapRunArn }: ListRequest,
): readonly Execution[] {
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
    throw new AwsError(
      'ValidationException',
      'Must provide a StateMachine ARN or MapRun ARN, but not both',
    );
  }
  if (mapRunArn !== undefined) {
    checkArn(mapRunArn, 'mapRun');
    const { type } = requireMapRun(mapRuns, mapRunArn);
    if (type === 'EXPRESS') throw wrongType();
    return store.listByMapRun(mapRunArn);
  }
  const arn = stateMachineArn ?? '';
  checkArn(arn, 'stateMachine');
  const { type, arn: machineArn } = requireQualified(machines, arn);
  if (type === 'EXPRESS') throw wrongType();
  const all = store.listByMachine(machineArn);
  return machineArn === arn
    ? all
    : all.filter(({ version, alias }) => version === arn || alias === arn);
}

function toListItem(execution: Execution): object {
  const { redriveCount = 0, version, alias, mapRun, itemCount } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine,
    stateMachineVersionArn: version,
    stateMachineAliasArn: alias,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startedAt),
    stopDate: seconds(execution.stoppedAt),
    ...(mapRun === undefined ? {} : { mapRunArn: mapRun, itemCount }),
    redriveCount,
    redriveDate: seconds(execution.redrivenAt),
  };
}
