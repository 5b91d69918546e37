import { StatesError } from '#local/step-functions/definition/definition.ts';
import { executionMembers } from '#local/step-functions/describe-execution.ts';
import type { Execution } from '#local/step-functions/execution-store.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { capitalizeMembers } from '#local/step-functions/integrations/members.ts';
import { record } from '#local/template/json.ts';

/**
 * Returns the result of a `.sync` task that started an execution: the members of DescribeExecution,
 * in which input and output are text, or values if `isParsed`. Throws a `StatesError` with them if the
 * execution failed.
 */
export function toSyncResult(execution: Execution, isParsed: boolean): unknown {
  const {
    Cause,
    Error: error,
    ...rest
  } = record(capitalizeMembers(executionMembers(execution, (ms) => ms)));
  if (execution.status !== 'SUCCEEDED') {
    const cause = JSON.stringify({ Cause, Error: error, ...rest });
    throw new StatesError('States.TaskFailed', cause);
  }
  if (!isParsed) return rest;
  const { Input, Output } = rest;
  return { ...rest, Input: parseStateJson(String(Input)), Output: parseStateJson(String(Output)) };
}
