import {
  StatesError,
  type Catcher,
  type Retrier,
} from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { assignVariables, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { record } from '#local/template/json.ts';
import { writePath } from '#local/step-functions/expressions/paths.ts';
import type { History, Run } from '#local/step-functions/interpreter/run.ts';

/** What error handling needs in addition to the frame. */
export interface HandlerContext {
  readonly run: Run;
  readonly history: History;
}

interface Outcome {
  readonly output: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly next: string | undefined;
}

/** Runs a state with its `Retry` and `Catch`. Throws an error that neither of them handles. */
export async function runWithHandlers(
  frame: Frame,
  { run, history }: HandlerContext,
  attempt: (frame: Frame) => Promise<Outcome>,
): Promise<Outcome> {
  const { state } = frame;
  const retriers = 'retry' in state ? state.retry : [];
  const catchers = 'catch' in state ? state.catch : [];
  const retryCounts = new Map<Retrier, number>();
  for (let RetryCount = 0; ; RetryCount += 1) {
    try {
      const context = {
        ...frame.context,
        State: { ...record(frame.context['State']), RetryCount },
      };
      return await attempt({ ...frame, context });
    } catch (thrown) {
      run.signal.throwIfAborted();
      const error = toStatesError(thrown);
      if (state.type !== 'Task') history.add(`${state.type}StateFailed`, errorDetails(error));
      const retrier = retriers.find(({ errors }) => matchesError(errors, error));
      const count = retrier === undefined ? 0 : (retryCounts.get(retrier) ?? 0);
      if (retrier !== undefined && count < retrier.maxAttempts) {
        retryCounts.set(retrier, count + 1);
        await run.clock.sleep(delayMs(retrier, count), run.signal);
        continue;
      }
      const catcher = catchers.find(({ errors }) => matchesError(errors, error));
      if (catcher === undefined) throw error;
      return applyCatcher(frame, catcher, error);
    }
  }
}

function errorDetails({ error, causeText: cause }: StatesError): Readonly<Record<string, unknown>> {
  return { error, cause };
}

/** Returns a `StatesError` as it is, and anything else as a `States.Runtime` error. */
export function toStatesError(thrown: unknown): StatesError {
  if (thrown instanceof StatesError) return thrown;
  return new StatesError(
    'States.Runtime',
    thrown instanceof Error ? thrown.message : String(thrown),
  );
}

/** Errors that `States.ALL` does not match. */
const uncatchable: ReadonlySet<string> = new Set(['States.DataLimitExceeded', 'States.Runtime']);

function matchesError(errors: readonly string[], { error }: StatesError): boolean {
  if (errors.includes(error)) return true;
  if (errors.includes('States.ALL')) return !uncatchable.has(error);
  return errors.includes('States.TaskFailed') && !error.startsWith('States.');
}

function delayMs(retrier: Retrier, count: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds, hasJitter } = retrier;
  const seconds = Math.min(maxDelaySeconds, intervalSeconds * backoffRate ** count);
  return seconds * 1000 * (hasJitter ? Math.random() : 1);
}

async function applyCatcher(frame: Frame, catcher: Catcher, error: StatesError): Promise<Outcome> {
  const { state, input, variables, context } = frame;
  const errorOutput = { Error: error.error, Cause: error.causeText };
  const next = catcher.next;
  const assigned = await assignVariables(frame, catcher.assign, { errorOutput });
  if (state.language === 'JSONata') {
    const scope = { states: { input, context, errorOutput }, variables };
    const output =
      catcher.output === undefined ? errorOutput : await evaluateAll(catcher.output, scope);
    return { output, next, variables: assigned };
  }
  const output =
    catcher.resultPath === null ? input : writePath(catcher.resultPath, input, errorOutput);
  return { output, next, variables: assigned };
}
