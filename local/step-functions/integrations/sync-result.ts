import { StatesError } from '#local/step-functions/definition/definition.ts';
import { executionMembers } from '#local/step-functions/describe-execution.ts';
import type { Execution } from '#local/step-functions/execution-store.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { capitalizeMembers } from '#local/step-functions/integrations/members.ts';
import { redriveMembers } from '#local/step-functions/redrive.ts';
import { record, type Json } from '#local/template/json.ts';

/**
 * Returns the result of a `.sync` task that started an execution: the members of DescribeExecution,
 * in which input and output are text, or values if `isParsed`. Throws a `StatesError` with them if the
 * execution failed.
 */
export function toSyncResult(execution: Execution, isParsed: boolean): unknown {
  const described = describedAs(execution, (ms) => ms);
  if (execution.status !== 'SUCCEEDED')
    throw new StatesError('States.TaskFailed', JSON.stringify(described));
  if (!isParsed) return described;
  const { Input, Output } = described;
  return {
    ...described,
    Input: parseStateJson(String(Input)),
    Output: parseStateJson(String(Output)),
  };
}

/** Returns what DescribeExecution says of an ended execution, in the spelling of Step Functions. */
export function describedAs(
  execution: Execution,
  toTime: (ms: number | undefined) => unknown,
): Json {
  const redrive = redriveMembers(execution, { now: execution.stoppedAt ?? 0, toTime });
  const members = capitalizeMembers({ ...executionMembers(execution, toTime), ...redrive });
  const entries = Object.entries(record(members)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
