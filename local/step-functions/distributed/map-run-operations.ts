import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { requireExecution, seconds } from '#local/step-functions/describe-execution.ts';
import type { MapRunStore, StoredMapRun } from '#local/step-functions/distributed/map-run-store.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { integer, number, string, structure } from '#local/wire/shape.ts';

const byMapRun = { mapRunArn: string() };

const limits = {
  maxConcurrency: integer({ min: 0 }),
  toleratedFailurePercentage: number({ min: 0, max: 100 }),
  toleratedFailureCount: integer({ min: 0 }),
};

/** Returns the operations on map runs. */
export function mapRunOperations(
  mapRuns: MapRunStore,
  store: ExecutionStore,
): readonly (readonly [string, Operation])[] {
  return [
    [
      'DescribeMapRun',
      operation(structure(byMapRun), ({ mapRunArn }) => {
        checkArn(mapRunArn, 'mapRun');
        return describe(requireMapRun(mapRuns, mapRunArn), store.listByMapRun(mapRunArn));
      }),
    ],
    [
      'ListMapRuns',
      operation(structure({ executionArn: string() }, pageShape), (input) => {
        requireExecution(store, input.executionArn);
        const { items, ...rest } = pageOf(mapRuns.listByExecution(input.executionArn), input);
        return { mapRuns: items.map(toListItem), ...rest };
      }),
    ],
    [
      'UpdateMapRun',
      operation(structure(byMapRun, limits), ({ mapRunArn, ...changes }) => {
        checkArn(mapRunArn, 'mapRun');
        update(mapRuns, requireMapRun(mapRuns, mapRunArn), changes);
      }),
    ],
  ];
}

/** Returns a map run by its ARN. Throws AWS's error if it does not exist. */
export function requireMapRun(mapRuns: MapRunStore, arn: string): StoredMapRun {
  const found = mapRuns.find(arn);
  if (found !== undefined) return found;
  throw new AwsError('ResourceNotFound', `Map Run Does Not Exist: '${arn}'`);
}

function toListItem({ arn, execution, machine, startedAt, stoppedAt }: StoredMapRun): object {
  return {
    executionArn: execution,
    mapRunArn: arn,
    stateMachineArn: machine,
    startDate: seconds(startedAt),
    stopDate: seconds(stoppedAt),
  };
}

function describe(run: StoredMapRun, children: readonly Execution[]): object {
  return {
    mapRunArn: run.arn,
    executionArn: run.execution,
    status: run.status,
    startDate: seconds(run.startedAt),
    stopDate: seconds(run.stoppedAt),
    maxConcurrency: run.maxConcurrency,
    toleratedFailurePercentage: run.toleratedPercentage ?? 0,
    toleratedFailureCount: run.toleratedCount ?? 0,
    itemCounts: countBy(children, run.items, ({ itemCount = 0 }) => itemCount),
    executionCounts: countBy(children, run.executions, () => 1),
    redriveCount: run.redriveCount,
    redriveDate: seconds(run.redrivenAt),
  };
}

/** Counts executions by status, or the items that they have. */
function countBy(
  children: readonly Execution[],
  total: number,
  weigh: (child: Execution) => number,
): object {
  const count = (...statuses: readonly string[]): number =>
    children
      .filter(({ status }) => statuses.includes(status))
      .reduce((sum, child) => sum + weigh(child), 0);
  const succeeded = count('SUCCEEDED');
  const counts = {
    running: count('RUNNING'),
    succeeded,
    failed: count('FAILED'),
    timedOut: count('TIMED_OUT'),
    aborted: count('ABORTED'),
  };
  const begun = Object.values(counts).reduce((sum, part) => sum + part, 0);
  const redrives = { failuresNotRedrivable: 0, pendingRedrive: 0 };
  return { pending: total - begun, ...counts, total, resultsWritten: succeeded, ...redrives };
}

interface Changes {
  readonly maxConcurrency?: number | undefined;
  readonly toleratedFailurePercentage?: number | undefined;
  readonly toleratedFailureCount?: number | undefined;
}

function update(mapRuns: MapRunStore, run: StoredMapRun, changes: Changes): void {
  if (run.status !== 'RUNNING') {
    const message = `Cannot update Map Run '${run.arn}' because its status is ${run.status}`;
    throw new AwsError('ValidationException', message);
  }
  mapRuns.limit(run.arn, {
    maxConcurrency: changes.maxConcurrency ?? run.maxConcurrency,
    toleratedCount: changes.toleratedFailureCount ?? run.toleratedCount,
    toleratedPercentage: changes.toleratedFailurePercentage ?? run.toleratedPercentage,
  });
}
