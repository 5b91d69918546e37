import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { seconds, wrongType } from '#local/step-functions/describe-execution.ts';
import { requireMapRun } from '#local/step-functions/distributed/map-run-operations.ts';
import type { MapRunStore } from '#local/step-functions/distributed/map-run-store.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import {
  requireQualified,
  type MachineStore,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { oneOf, string, structure } from '#local/wire/shape.ts';

/** What the list of executions is made from. */
export interface ExecutionLists {
  readonly store: ExecutionStore;
  readonly machines: MachineStore;
  readonly mapRuns: MapRunStore;
}

const statuses = oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING');

/** Returns the operation that lists executions. */
export function listExecutions(api: ExecutionLists): Operation {
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
  { store, machines, mapRuns }: ExecutionLists,
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
  const { type, arn: machineArn } = requireQualified(machines, arn).machine;
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
