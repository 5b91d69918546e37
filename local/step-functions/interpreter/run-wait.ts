import type { StateOf } from '#local/step-functions/definition/definition.ts';
import { queryError, runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateTyped } from '#local/step-functions/expressions/expressions.ts';
import { findPath } from '#local/step-functions/expressions/paths.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import { parseTimestamp } from '#local/step-functions/expressions/timestamps.ts';
import {
  expressionScope,
  pathScope,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import type { Run } from '#local/step-functions/interpreter/run.ts';
import { toNumber } from '#local/wire/json/exact-json.ts';

/** Waits as a Wait state says. Throws an `EvaluationError` if it names no time. */
export async function runWait(
  state: StateOf<'Wait'>,
  frame: Frame,
  { run, enteredAt }: { readonly run: Run; readonly enteredAt: number },
): Promise<void> {
  const until =
    state.wait.kind === 'seconds'
      ? enteredAt + (await readSeconds(state, frame)) * 1000
      : await readTimestamp(state, frame);
  const ms = until - run.clock.now();
  if (ms > 0) await run.clock.sleep(ms, run.signal);
  run.signal.throwIfAborted();
}

async function readSeconds({ wait }: StateOf<'Wait'>, frame: Frame): Promise<number> {
  if (!wait.isPath) return readNumber({ name: 'Seconds', min: 0 }, wait.value, frame);
  const value = readInput('SecondsPath', String(wait.value), frame);
  const seconds = toNumber(value);
  const shown = `${String(wait.value)} == ${display(value)}`;
  if (seconds === undefined || !Number.isInteger(seconds))
    throw runtimeError(`The SecondsPath parameter cannot be parsed as a long value: ${shown}`);
  if (seconds < 0)
    throw runtimeError(`The SecondsPath parameter references a negative value: ${shown}`);
  return seconds;
}

async function readTimestamp({ wait }: StateOf<'Wait'>, frame: Frame): Promise<number> {
  if (wait.isPath) {
    const value = readInput('TimestampPath', String(wait.value), frame);
    const time = parseTimestamp(value);
    if (time !== undefined) return time;
    throw runtimeError(
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${String(wait.value)} == ${display(value)}`,
    );
  }
  const isExpression = frame.state.language === 'JSONata';
  const value = isExpression
    ? await evaluateTyped(wait.value, 'string', expressionScope(frame), 'Timestamp')
    : wait.value;
  const time = parseTimestamp(value);
  if (time !== undefined) return time;
  const cause = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${String(value)}`;
  throw isExpression ? queryError(cause, 'Timestamp') : runtimeError(cause);
}

function readInput(field: string, path: string, frame: Frame): unknown {
  const scope = pathScope(frame, selectedInput(frame));
  const value = path.startsWith('$') ? findPath(path, scope) : evaluate(path, scope);
  if (value !== undefined) return value;
  throw runtimeError(`The ${field} parameter does not reference an input value: ${path}`);
}

function display(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
