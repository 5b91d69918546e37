import { operation, type Operation } from '#local/wire/aws-json.ts';
import type { ExecutionStore, HistoryEvent } from '#local/step-functions/execution-store.ts';
import { requireExecution, seconds } from '#local/step-functions/describe-execution.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { boolean, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** Returns the operation that lists the events of an execution. */
export function getHistory(store: ExecutionStore): Operation {
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
