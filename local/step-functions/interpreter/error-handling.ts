import {
  StatesError,
  type Catcher,
  type Retrier,
  type State,
} from '#local/step-functions/definition/definition.ts';
import { EvaluationError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { writePath } from '#local/step-functions/expressions/paths.ts';
import { failureMembers } from '#local/step-functions/interpreter/event-details.ts';
import {
  evaluateAssign,
  expressionScope,
  toOutcome,
  type Frame,
  type Outcome,
} from '#local/step-functions/interpreter/frame.ts';
import type { History, Run } from '#local/step-functions/interpreter/run.ts';
import { HeartbeatError } from '#local/step-functions/interpreter/tokens.ts';
import { record } from '#local/template/json.ts';

/** What error handling needs in addition to the frame. */
export interface HandlerContext {
  readonly run: Run;
  readonly history: History;
}

/**
 * Runs a state with its `Retry` and `Catch`. Throws a `StatesError` that neither of them handles, and
 * whose cause names the state if the state itself failed.
 */
export async function runWithHandlers(
  frame: Frame,
  { run, history }: HandlerContext,
  attempt: (frame: Frame) => Promise<Outcome>,
): Promise<Outcome> {
  const { state } = frame;
  const retriers = 'retry' in state ? state.retry : [];
  const retryCounts = new Map<Retrier, number>();
  for (let RetryCount = 0; ; RetryCount += 1) {
    try {
      return await attempt('retry' in state ? withRetryCount(frame, RetryCount) : frame);
    } catch (thrown) {
      run.signal.throwIfAborted();
      const error = recordFailure(thrown, frame, history);
      const retrier = retriers.find(({ errors }) => matchesError(errors, error, state));
      const count = retrier === undefined ? 0 : (retryCounts.get(retrier) ?? 0);
      if (retrier === undefined || count >= retrier.maxAttempts)
        return handleFailure(frame, error, history);
      retryCounts.set(retrier, count + 1);
      await run.clock.sleep(delayMs(retrier, count), run.signal);
    }
  }
}

function withRetryCount(frame: Frame, RetryCount: number): Frame {
  const { context } = frame;
  return { ...frame, context: { ...context, State: { ...record(context['State']), RetryCount } } };
}

/** Returns a `StatesError` as it is, and anything else as a `States.Runtime` error. */
export function toStatesError(thrown: unknown): StatesError {
  if (thrown instanceof StatesError) return thrown;
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new StatesError('States.Runtime', cause);
}

/** Puts the state before the cause of its own error, and records the failure of an expression. */
function recordFailure(thrown: unknown, { state, entered }: Frame, history: History): StatesError {
  const error = toStatesError(thrown);
  if (!(error instanceof EvaluationError)) return error;
  const cause = `An error occurred while executing the state '${state.name}' (entered at the event id #${entered.id}). ${error.causeText}`;
  const placed = new StatesError(error.error, cause);
  if (error.error === 'States.QueryEvaluationError' && state.language === 'JSONata') {
    // Recordings show that a Map state evaluates its fields before it counts as entered.
    if (state.type === 'Map' && history.last() === entered.id)
      history.continueAfter(entered.before);
    const { location } = error;
    history.add('EvaluationFailed', { ...failureMembers(placed), location, state: state.name });
  }
  return placed;
}

async function handleFailure(frame: Frame, error: StatesError, history: History): Promise<Outcome> {
  const { state } = frame;
  const isFanOut = state.type === 'Map' || state.type === 'Parallel';
  if (isFanOut && error.error !== 'States.Runtime') history.add(`${state.type}StateFailed`);
  const catchers = 'catch' in state ? state.catch : [];
  const index = catchers.findIndex(({ errors }) => matchesError(errors, error, state));
  const catcher = catchers[index];
  if (catcher === undefined) throw error;
  try {
    return await applyCatcher(frame, catcher, `Catch[${index}]`, error);
  } catch (thrown) {
    throw recordFailure(thrown, frame, history);
  }
}

/** Returns whether a retrier or catcher with these names handles an error. `States.Runtime` has no handler. */
export function matchesError(
  names: readonly string[],
  thrown: StatesError,
  { type }: State,
): boolean {
  const { error = '' } = thrown;
  if (error === 'States.Runtime') return false;
  if (names.includes(error) || names.includes('States.ALL')) return true;
  if (names.includes('States.HeartbeatTimeout') && thrown instanceof HeartbeatError) return true;
  if (names.includes('States.BranchFailed') && type === 'Parallel') return true;
  if (!names.includes('States.TaskFailed')) return false;
  return type === 'Task' ? error !== 'States.Timeout' : !error.startsWith('States.');
}

function delayMs(retrier: Retrier, count: number): number {
  return backoffSeconds(retrier, count) * 1000 * (retrier.hasJitter ? Math.random() : 1);
}

/** Returns the seconds before the next attempt after `count` earlier ones, without jitter. */
export function backoffSeconds(retrier: Retrier, count: number): number {
  const { intervalSeconds, backoffRate, maxDelaySeconds } = retrier;
  return Math.min(maxDelaySeconds, intervalSeconds * backoffRate ** count);
}

/** Returns the outcome of a state whose error a catcher handles. `field` is the catcher's place. */
export async function applyCatcher(
  frame: Frame,
  catcher: Catcher,
  field: string,
  error: StatesError,
): Promise<Outcome> {
  const errorOutput = { Error: error.error ?? '', Cause: error.causeText ?? '' };
  const { next } = catcher;
  const assigned = await evaluateAssign(frame, catcher.assign, { errorOutput }, `${field}/Assign`);
  const output = await catcherOutput(frame, catcher, field, errorOutput);
  return toOutcome(frame, { output, assigned, next });
}

async function catcherOutput(
  frame: Frame,
  { output, resultPath }: Catcher,
  field: string,
  errorOutput: unknown,
): Promise<unknown> {
  if (frame.state.language === 'JSONPath')
    return resultPath === null ? frame.input : writePath(resultPath, frame.input, errorOutput);
  if (output === undefined) return errorOutput;
  return evaluateAll(output, expressionScope(frame, { errorOutput }), `${field}/Output`);
}
