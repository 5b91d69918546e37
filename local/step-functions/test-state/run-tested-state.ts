import type { Clock } from '#local/process/clock.ts';
import type { State, StatesError } from '#local/step-functions/definition/definition.ts';
import { writeSpacedJson } from '#local/step-functions/expressions/state-json.ts';
import { createHistory } from '#local/step-functions/history.ts';
import {
  applyCatcher,
  backoffSeconds,
  matchesError,
  toStatesError,
} from '#local/step-functions/interpreter/error-handling.ts';
import {
  effectiveInput,
  type Frame,
  type Outcome,
} from '#local/step-functions/interpreter/frame.ts';
import { attemptState } from '#local/step-functions/interpreter/interpreter.ts';
import type { Run } from '#local/step-functions/interpreter/run.ts';
import {
  inspectInput,
  inspectResult,
  type Inspection,
} from '#local/step-functions/test-state/inspection.ts';
import type { Json } from '#local/template/json.ts';

/** A state to test, with what it uses. */
export interface TestedState {
  readonly frame: Frame;
  readonly run: Run;
  readonly clock: Clock;
  readonly inspection: Inspection;
  /** How often the retrier of a mocked error has retried already. */
  readonly retries: number;
}

/** How a test of a state ended. */
export interface TestResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly nextState?: string | undefined;
  /** The variables after the state. */
  readonly variables: Json;
}

/** Runs a state once, and returns what its `Retry` and `Catch` would do about its error. */
export async function runTestedState(tested: TestedState): Promise<TestResult> {
  const { frame, clock, inspection } = tested;
  const history = createHistory(0, () => undefined);
  const start = { input: frame.input, variables: frame.variables, context: {}, history };
  let result: unknown;
  const run = observe(tested, (value) => (result = value));
  try {
    inspectInput(frame, inspection);
    if (frame.state.type === 'Pass') result = await passResult(frame, inspection);
    const outcome = await attemptState(frame, { start, run, enteredAt: clock.now() });
    inspectResult(frame, result, inspection);
    return toResult('SUCCEEDED', outcome);
  } catch (thrown) {
    return handleError(tested, toStatesError(thrown));
  }
}

/** Lets the inspection see what a Task is called with, and what it and a mock return. */
function observe({ run, frame, inspection }: TestedState, onResult: (value: unknown) => void): Run {
  const record = (value: unknown): unknown => {
    onResult(value);
    if (frame.state.type === 'Task') inspection.result(value);
    return value;
  };
  const { mock } = run;
  return {
    ...run,
    async call(resource, parameters) {
      inspection.parameters(parameters);
      return record(await run.call(resource, parameters));
    },
    mock: mock && {
      task(parameters) {
        inspection.parameters(parameters);
        return record(mock.task(parameters));
      },
      fanOut: async (state, mapFrame) => record(await mock.fanOut(state, mapFrame)),
    },
  };
}

/** The result of a Pass state is literal, or else what its parameters make of the input. */
async function passResult(frame: Frame, inspection: Inspection): Promise<unknown> {
  const { state } = frame;
  if (state.type === 'Pass' && state.result !== undefined) {
    inspection.result(state.result);
    return state.result;
  }
  const parameters = await effectiveInput(frame);
  if (state.language === 'JSONPath') inspection.parameters(parameters);
  return parameters;
}

async function handleError(tested: TestedState, error: StatesError): Promise<TestResult> {
  const { frame, inspection, retries } = tested;
  const { state, variables } = frame;
  const failure = { error: error.error, cause: error.causeText };
  const retryIndex = findRetrier(state, error, retries);
  if (retryIndex !== undefined) {
    const retrier = retriersOf(state)[retryIndex];
    const retryBackoffIntervalSeconds = retrier && backoffSeconds(retrier, retries);
    inspection.add({ errorDetails: { retryIndex, retryBackoffIntervalSeconds } });
    return { status: 'RETRIABLE', ...failure, variables: Object.fromEntries(variables) };
  }
  const catchers = 'catch' in state ? state.catch : [];
  const catchIndex = catchers.findIndex(({ errors }) => matchesError(errors, error, state));
  const catcher = catchers[catchIndex];
  if (catcher === undefined)
    return { status: 'FAILED', ...failure, variables: Object.fromEntries(variables) };
  inspection.add({ errorDetails: { catchIndex } });
  const outcome = await applyCatcher(frame, catcher, `Catch[${catchIndex}]`, error);
  return { ...toResult('CAUGHT_ERROR', outcome), ...failure };
}

function retriersOf(state: State) {
  return 'retry' in state ? state.retry : [];
}

function findRetrier(state: State, error: StatesError, retries: number): number | undefined {
  const retriers = retriersOf(state);
  const index = retriers.findIndex(({ errors }) => matchesError(errors, error, state));
  const maxAttempts = retriers[index]?.maxAttempts ?? 0;
  return retries < maxAttempts ? index : undefined;
}

function toResult(status: TestResult['status'], { output, next, variables }: Outcome): TestResult {
  return {
    status,
    output: writeSpacedJson(output),
    nextState: next,
    variables: Object.fromEntries(variables),
  };
}
