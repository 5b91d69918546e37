import type { Clock } from '#local/process/clock.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
import {
  executionMembers,
  requireExecution,
  seconds,
  wrongType,
} from '#local/step-functions/describe-execution.ts';
import { getHistory } from '#local/step-functions/execution-history.ts';
import { listExecutions } from '#local/step-functions/list-executions.ts';
import { checkRedrivable, redriveMembers } from '#local/step-functions/redrive.ts';
import { findProcessor } from '#local/step-functions/definition/find-processor.ts';
import type { MapRunStore } from '#local/step-functions/distributed/map-run-store.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import type { Executions, StartOptions } from '#local/step-functions/executions.ts';
import { checkArn, checkName } from '#local/step-functions/machines/arns.ts';
import { jsonError } from '#local/step-functions/machines/json-errors.ts';
import { describeMachine } from '#local/step-functions/machines/machine-operations.ts';
import {
  requireMachine,
  requireQualified,
  type MachineStore,
  type QualifiedMachine,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import { string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

export interface ExecutionApi {
  readonly executions: Executions;
  readonly store: ExecutionStore;
  readonly machines: MachineStore;
  readonly mapRuns: MapRunStore;
  readonly clock: Clock;
}

type Operations = readonly (readonly [string, Operation])[];

const startShape = structure(
  { stateMachineArn: string() },
  { name: string({ min: 1, max: 80 }), input: string({ max: 262_144 }), traceHeader: string() },
);

/** Returns the operations on executions. */
export function executionOperations(api: ExecutionApi): Operations {
  const { store, machines, mapRuns, clock } = api;
  return [
    ...runOperations(api),
    [
      'DescribeExecution',
      operation(byExecution, ({ executionArn }) =>
        describe(requireExecution(store, executionArn), clock.now()),
      ),
    ],
    ['GetExecutionHistory', getHistory(store)],
    ['ListExecutions', listExecutions(api)],
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

/** The operations that start, stop and redrive executions. */
function runOperations({ executions, store, machines, clock }: ExecutionApi): Operations {
  return [
    [
      'StartExecution',
      operation(startShape, ({ stateMachineArn, name, input = '{}' }) => {
        checkArn(stateMachineArn, 'stateMachine');
        const qualified = requireQualified(machines, stateMachineArn);
        checkInput(input);
        checkName(name);
        const { arn, startedAt } = executions.start(...toStart(qualified, { name, input }));
        return { executionArn: arn, startDate: seconds(startedAt) };
      }),
    ],
    ['StartSyncExecution', startSync(executions, machines)],
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
      'RedriveExecution',
      operation(structure({ executionArn: string() }, { clientToken: string() }), (input) => {
        const execution = requireExecution(store, input.executionArn);
        checkRedrivable(store, execution, clock.now());
        const { machine, version } = requireQualified(
          machines,
          execution.version ?? execution.machine,
        );
        const at = executions.redrive(version?.machine ?? machine, execution.arn);
        return { redriveDate: seconds(at) };
      }),
    ],
  ];
}

/** A version has a definition of its own, and an execution remembers how it was started. */
function toStart(
  { machine, version, alias }: QualifiedMachine,
  options: StartOptions,
): [StateMachine, StartOptions] {
  if (version === undefined) return [machine, options];
  const origin = {
    version: `${machine.arn}:${version.number}`,
    ...(alias === undefined ? {} : { alias: `${machine.arn}:${alias.name}` }),
  };
  return [version.machine, { ...options, origin }];
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

function startSync(executions: Executions, machines: MachineStore): Operation {
  return operation(startShape, async ({ stateMachineArn, name, input = '{}' }) => {
    checkArn(stateMachineArn, 'stateMachine');
    const qualified = requireQualified(machines, stateMachineArn);
    if (qualified.machine.type !== 'EXPRESS') throw wrongType();
    checkInput(input);
    const result = await executions.runExpress(...toStart(qualified, { name, input }));
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

function describe(execution: Execution, now: number): object {
  const redrive = redriveMembers(execution, { now, toTime: seconds });
  return { ...executionMembers(execution, seconds), ...redrive };
}
