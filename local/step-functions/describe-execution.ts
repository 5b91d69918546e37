import { AwsError } from '#local/wire/aws-error.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
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
    ...(execution.version === undefined ? {} : { stateMachineVersionArn: execution.version }),
    ...(execution.alias === undefined ? {} : { stateMachineAliasArn: execution.alias }),
    status,
    stopDate: toTime(execution.stoppedAt),
  };
}

/** Converts milliseconds to seconds, the unit of the API. */
export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** Returns an execution by its ARN. Throws AWS's error if it does not exist. */
export function requireExecution(store: ExecutionStore, arn: string): Execution {
  checkArn(arn, 'execution');
  const execution = store.find(arn);
  if (execution !== undefined) return execution;
  throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

/** Returns the error of an operation that express machines do not have, or standard ones. */
export function wrongType(): AwsError {
  const message = 'This operation is not supported by this type of state machine';
  return new AwsError('StateMachineTypeNotSupported', message);
}
