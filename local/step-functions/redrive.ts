import type { Execution } from '#local/step-functions/execution-store.ts';

/** Returns the members of DescribeExecution that say whether an execution can be redriven. */
export function redriveMembers(execution: Execution): {
  readonly redriveCount: number;
  readonly redriveStatus: 'NOT_REDRIVABLE' | 'REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  readonly redriveStatusReason?: string;
} {
  const { status, redriveCount = 0, mapRun } = execution;
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    const redriveStatusReason = `Execution is ${status} and cannot be redriven`;
    return { redriveCount, redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  }
  const redriveStatus = mapRun === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN';
  return { redriveCount, redriveStatus };
}
