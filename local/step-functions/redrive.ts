import { AwsError } from '#local/wire/aws-error.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';

/** An execution can be redriven for 14 days after its end. */
const redrivableMs = 14 * 24 * 60 * 60 * 1000;

/** There must be room in the history for an event of the redrive and one more. */
const maxEvents = 24_999;

/** What DescribeExecution says about whether an execution can be redriven. */
export interface RedriveMembers {
  readonly redriveCount: number;
  readonly redriveDate?: unknown;
  readonly redriveStatus: 'NOT_REDRIVABLE' | 'REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  readonly redriveStatusReason?: string;
}

/** Returns whether an execution can be redriven, and why not. Times are as `toTime` says. */
export function redriveMembers(
  execution: Execution,
  { now, toTime }: { readonly now: number; toTime(ms: number): unknown },
): RedriveMembers {
  const { redriveCount = 0, redrivenAt, mapRun } = execution;
  const count = {
    redriveCount,
    ...(redrivenAt === undefined ? {} : { redriveDate: toTime(redrivenAt) }),
  };
  const redriveStatusReason = reasonAgainst(execution, now);
  if (redriveStatusReason !== undefined)
    return { ...count, redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  return { ...count, redriveStatus: mapRun === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN' };
}

function reasonAgainst({ status, stoppedAt = 0 }: Execution, now: number): string | undefined {
  if (status === 'RUNNING' || status === 'SUCCEEDED')
    return `Execution is ${status} and cannot be redriven`;
  return now - stoppedAt > redrivableMs
    ? 'Execution has exceeded the redrivable period of 14 days and cannot be redriven'
    : undefined;
}

/** Throws AWS's error if an execution cannot be redriven. */
export function checkRedrivable(store: ExecutionStore, execution: Execution, now: number): void {
  const reason =
    reasonAgainst(execution, now) ??
    reasonAgainstCall(execution, store.events(execution.arn).length);
  if (reason !== undefined) throw new AwsError('ExecutionNotRedrivable', reason);
}

function reasonAgainstCall({ mapRun }: Execution, events: number): string | undefined {
  if (mapRun !== undefined)
    return 'Execution is a child workflow execution and can only be redriven by its Map Run';
  return events >= maxEvents
    ? 'Execution has exceeded the maximum number of history events and cannot be redriven'
    : undefined;
}
