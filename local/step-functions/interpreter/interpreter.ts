import {
  StatesError,
  type Machine,
  type State,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { evaluateTyped } from '#local/step-functions/expressions/expressions.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import { checkSize } from '#local/step-functions/interpreter/check-size.ts';
import { runWithHandlers } from '#local/step-functions/interpreter/error-handling.ts';
import {
  inputMembers,
  outputMembers,
  variableMembers,
} from '#local/step-functions/interpreter/event-details.ts';
import { runParallel } from '#local/step-functions/fan-out/branches.ts';
import {
  effectiveInput,
  evaluateAssign,
  expressionScope,
  finishOutput,
  pathScope,
  toOutcome,
  type Frame,
  type Outcome,
} from '#local/step-functions/interpreter/frame.ts';
import type { Run, StartPoint } from '#local/step-functions/interpreter/run.ts';
import { runChoice } from '#local/step-functions/interpreter/run-choice.ts';
import { runMap } from '#local/step-functions/fan-out/run-map.ts';
import { runTask } from '#local/step-functions/interpreter/run-task.ts';
import { runWait } from '#local/step-functions/interpreter/run-wait.ts';
import { asText } from '#local/wire/shape.ts';

/** Runs a machine and returns its output. Throws a `StatesError` if it fails. */
export async function runMachine(machine: Machine, start: StartPoint, run: Run): Promise<unknown> {
  const { history, onState } = start;
  let { resumed } = start;
  let { input, variables } = start;
  let name: string | undefined = resumed?.state ?? machine.startAt;
  while (name !== undefined) {
    // Between two states the host does other work, so that an endless loop does not block it.
    await new Promise(setImmediate);
    run.signal.throwIfAborted();
    const state = machine.states.get(name);
    if (state === undefined)
      throw new StatesError('States.Runtime', `State ${name} does not exist`);
    checkSize(name, input);
    const before = history.last();
    if (resumed === undefined) {
      onState?.(name, input, variables);
      const details = { name, ...inputMembers(JSON.stringify(input)) };
      history.add(`${state.type}StateEntered`, details);
    }
    const enteredAt = resumed?.enteredAt ?? run.clock.now();
    resumed = undefined;
    const entered = { id: history.last(), before };
    const outcome = await runState({ state, input, variables, start, run, enteredAt, entered });
    ({ variables } = outcome);
    checkSize(name, outcome.output);
    history.add(`${state.type}StateExited`, {
      name,
      ...outputMembers(JSON.stringify(outcome.output)),
      ...variableMembers(outcome.assigned),
    });
    input = outcome.output;
    name = outcome.next;
  }
  return input;
}

interface StateEntry extends StateAttempt {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly entered: Frame['entered'];
}

/** What one attempt to run a state needs in addition to its frame. */
export interface StateAttempt {
  readonly start: StartPoint;
  readonly run: Run;
  /** When the state was entered, in milliseconds since 1970. */
  readonly enteredAt: number;
}

async function runState(entry: StateEntry): Promise<Outcome> {
  const { state, input, variables, start, run, enteredAt, entered } = entry;
  const EnteredTime = new Date(enteredAt).toISOString();
  const State = { Name: state.name, EnteredTime };
  const context = { ...run.context, ...start.context, State };
  const frame: Frame = { state, input, variables, context, entered };
  return runWithHandlers(frame, { run, history: start.history }, (attempt) =>
    attemptState(attempt, entry),
  );
}

/** Runs a state once, without its `Retry` and `Catch`. Throws the error of the state or of its work. */
export async function attemptState(frame: Frame, entry: StateAttempt): Promise<Outcome> {
  const { state } = frame;
  const { run, start } = entry;
  const context = { run, start, runMachine };
  switch (state.type) {
    case 'Choice':
      return runChoice(state, frame);
    case 'Fail':
      throw await toFailure(state, frame);
    case 'Pass':
      return finish(frame, state.result === undefined ? await effectiveInput(frame) : state.result);
    case 'Succeed':
      return finish(frame, await effectiveInput(frame));
    case 'Wait':
      await runWait(state, frame, entry);
      return finish(frame, await effectiveInput(frame));
    case 'Task':
      return finish(frame, await runTask(state, frame, { run, history: start.history }));
    case 'Map':
      return finish(frame, await (run.mock?.fanOut(state, frame) ?? runMap(state, frame, context)));
    case 'Parallel':
      return finish(
        frame,
        await (run.mock?.fanOut(state, frame) ?? runParallel(state, frame, context)),
      );
  }
}

async function finish(frame: Frame, result: unknown): Promise<Outcome> {
  const output = await finishOutput(frame, result);
  const assigned = await evaluateAssign(frame, frame.state.assign, { result });
  return toOutcome(frame, { output, assigned, next: frame.state.next });
}

/** `Error` and `Cause` are literal texts or expressions; `ErrorPath` and `CausePath` are paths. */
async function toFailure({ error, cause }: StateOf<'Fail'>, frame: Frame): Promise<StatesError> {
  const name = await evaluateText(error, frame, 'Error');
  return new StatesError(name, await evaluateText(cause, frame, 'Cause'));
}

async function evaluateText(
  { text, path }: StateOf<'Fail'>['error'],
  frame: Frame,
  field: string,
): Promise<string | undefined> {
  if (path !== undefined) return String(evaluate(path, pathScope(frame)));
  if (text === undefined || frame.state.language === 'JSONPath') return text;
  return asText(await evaluateTyped(text, 'string', expressionScope(frame), field));
}
