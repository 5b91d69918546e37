import type { Execution } from '#local/step-functions/execution-store.ts';
import type { Json } from '#local/template/json.ts';

/** Returns the members of DescribeExecution that say how an execution went. Times are as `toTime` says. */
export function executionMembers(
  execution: Execution,
  toTime: (ms: number | undefined) => unknown,
): Json {
  const { output, error, cause, status } = execution;
  // An execution that took too long has its error in the history only.
  const failure = status === 'TIMED_OUT' ? {} : { error, cause };
  return {
    ...failure,
    executionArn: execution.arn,
    input: execution.input,
    inputDetails: { included: true },
    name: execution.name,
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    startDate: toTime(execution.startedAt),
    ...(execution.mapRun === undefined ? {} : { mapRunArn: execution.mapRun }),
    stateMachineArn: execution.machine,
    status,
    stopDate: toTime(execution.stoppedAt),
  };
}
