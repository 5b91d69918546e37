import { evaluateCondition } from '#local/step-functions/interpreter/choice.ts';
import {
  StatesError,
  type Machine,
  type State,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { runWithHandlers } from '#local/step-functions/interpreter/error-handling.ts';
import { runMap, runParallel } from '#local/step-functions/interpreter/fan-out.ts';
import {
  assignVariables,
  effectiveInput,
  finishOutput,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import type { Run, StartPoint } from '#local/step-functions/interpreter/run.ts';
import { runTask } from '#local/step-functions/interpreter/run-task.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import type { Json } from '#local/template/json.ts';

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
    if (resumed === undefined) {
      onState?.(name, input, variables);
      history.add(`${state.type}StateEntered`, { name, input: JSON.stringify(input) });
    }
    const enteredAt = resumed?.enteredAt ?? run.clock.now();
    resumed = undefined;
    const outcome = await runState({ state, input, variables, start, run, enteredAt });
    ({ variables } = outcome);
    checkSize(name, outcome.output);
    history.add(`${state.type}StateExited`, { name, output: JSON.stringify(outcome.output) });
    input = outcome.output;
    name = outcome.next;
  }
  return input;
}

/** The largest input or output of a state: 256 KiB. */
const maxBytes = 262_144;

function checkSize(name: string, value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') <= maxBytes) return;
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StatesError('States.DataLimitExceeded', cause);
}

interface Outcome {
  readonly output: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly next: string | undefined;
}

interface StateEntry {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly start: StartPoint;
  readonly run: Run;
  /** Milliseconds since 1970. */
  readonly enteredAt: number;
}

async function runState(entry: StateEntry): Promise<Outcome> {
  const { state, input, variables, start, run, enteredAt } = entry;
  const EnteredTime = new Date(enteredAt).toISOString();
  const context = {
    ...run.context,
    ...start.context,
    State: { Name: state.name, EnteredTime, RetryCount: 0 },
  };
  const frame: Frame = { state, input, variables, context };
  switch (state.type) {
    case 'Choice':
      return runChoice(state, frame);
    case 'Fail':
      throw await toFailure(state, frame);
    case 'Pass':
      return finish(frame, await passResult(state, frame));
    case 'Succeed':
      return finish(frame, await effectiveInput(frame));
    case 'Wait':
      await runWait(state, frame, { run, enteredAt });
      return finish(frame, await effectiveInput(frame));
    case 'Task':
    case 'Map':
    case 'Parallel':
      return runWithHandlers(frame, { run, history: start.history }, async (attempt) =>
        finish(attempt, await runWork(attempt, { run, start })),
      );
  }
}

interface WorkContext {
  readonly run: Run;
  readonly start: StartPoint;
}

async function runWork(frame: Frame, { run, start }: WorkContext): Promise<unknown> {
  const { state } = frame;
  const context = { run, start, runMachine };
  if (state.type === 'Task') return runTask(state, frame, { run, history: start.history });
  if (state.type === 'Map') return runMap(state, frame, context);
  if (state.type === 'Parallel') return runParallel(state, frame, context);
  return undefined;
}

async function finish(frame: Frame, result: unknown): Promise<Outcome> {
  const output = await finishOutput(frame, result);
  const variables = await assignVariables(frame, frame.state.assign, { result });
  return { output, variables, next: frame.state.next };
}

/** Returns the `Result` of a Pass state, or else its input. */
async function passResult(state: StateOf<'Pass'>, frame: Frame): Promise<unknown> {
  return state.result === undefined ? effectiveInput(frame) : state.result;
}

async function runChoice(state: StateOf<'Choice'>, frame: Frame): Promise<Outcome> {
  const input = await effectiveInput(frame);
  for (const rule of state.choices) {
    if (!(await matchesCondition(rule.condition, frame, input))) continue;
    const ruleFrame =
      rule.output === undefined ? frame : { ...frame, state: { ...state, output: rule.output } };
    const assign = Object.keys(rule.assign).length === 0 ? state.assign : rule.assign;
    const output = await finishOutput(ruleFrame, input);
    return {
      output,
      next: rule.next,
      variables: await assignVariables(frame, assign, { result: input }),
    };
  }
  if (state.defaultNext === undefined) {
    throw new StatesError(
      'States.NoChoiceMatched',
      `No rule of the state '${state.name}' matched, and it has no Default.`,
    );
  }
  return { ...(await finish(frame, input)), next: state.defaultNext };
}

async function matchesCondition(condition: Json, frame: Frame, input: unknown): Promise<boolean> {
  const { context, variables, state } = frame;
  if (state.language === 'JSONPath')
    return evaluateCondition(condition, { data: input, context, variables });
  const scope = { states: { input: frame.input, context }, variables };
  return (await evaluateAll(condition['Condition'], scope)) === true;
}

async function runWait(
  { wait: { kind, value, isPath } }: StateOf<'Wait'>,
  frame: Frame,
  { run, enteredAt }: Pick<StateEntry, 'run' | 'enteredAt'>,
): Promise<void> {
  const { context, variables } = frame;
  const input = selectedInput(frame);
  const time = isPath
    ? evaluate(String(value), { data: input, context, variables })
    : await evaluateAll(value, { states: { input, context }, variables });
  const until = kind === 'seconds' ? enteredAt + Number(time) * 1000 : Date.parse(String(time));
  const ms = until - run.clock.now();
  if (Number.isNaN(ms)) {
    throw new StatesError(
      'States.Runtime',
      `Wait: ${JSON.stringify(time)} is neither seconds nor a timestamp`,
    );
  }
  if (ms > 0) await run.clock.sleep(ms, run.signal);
  run.signal.throwIfAborted();
}

/** `Error` and `Cause` are literal texts or expressions; `ErrorPath` and `CausePath` are paths. */
async function toFailure({ error, cause }: StateOf<'Fail'>, frame: Frame): Promise<StatesError> {
  return new StatesError(await evaluateText(error, frame), await evaluateText(cause, frame));
}

async function evaluateText(
  { text, path }: StateOf<'Fail'>['error'],
  frame: Frame,
): Promise<string> {
  const { context, variables, input } = frame;
  if (path !== undefined) return String(evaluate(path, { data: input, context, variables }));
  if (text === undefined || frame.state.language === 'JSONPath') return text ?? '';
  return String(await evaluateAll(text, { states: { input, context }, variables }));
}
