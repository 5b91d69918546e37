import { conditionHolds } from '#local/step-functions/interpreter/choice.ts';
import {
  StatesError,
  type Machine,
  type State,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { guarded } from '#local/step-functions/interpreter/guards.ts';
import { runMap, runParallel } from '#local/step-functions/interpreter/fan-out.ts';
import {
  assignIn,
  effectiveInput,
  finishOutput,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import type { Beginning, Run } from '#local/step-functions/interpreter/run.ts';
import { runTask } from '#local/step-functions/interpreter/run-task.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import type { Json } from '#local/template/json.ts';

/** Runs a machine to its end and gives its output. Throws a `StatesError` where it fails. */
export async function runMachine(
  machine: Machine,
  beginning: Beginning,
  run: Run,
): Promise<unknown> {
  const { trail, onState } = beginning;
  let { resumed } = beginning;
  let { input, variables } = beginning;
  let name: string | undefined = resumed?.state ?? machine.startAt;
  while (name !== undefined) {
    run.signal.throwIfAborted();
    const state = machine.states.get(name);
    if (state === undefined) throw new StatesError('States.Runtime', `There is no state ${name}`);
    checkSize(name, input);
    if (resumed === undefined) {
      onState?.(name, input, variables);
      trail.add(`${state.type}StateEntered`, { name, input: JSON.stringify(input) });
    }
    const enteredAt = resumed?.enteredAt ?? run.clock.now();
    resumed = undefined;
    const outcome = await runState({ state, input, variables, beginning, run, enteredAt });
    ({ variables } = outcome);
    checkSize(name, outcome.output);
    trail.add(`${state.type}StateExited`, { name, output: JSON.stringify(outcome.output) });
    input = outcome.output;
    name = outcome.next;
  }
  return input;
}

/** The largest input or output of a state: 256 KiB. */
const maxBytes = 262_144;

function checkSize(name: string, value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') <= maxBytes) return;
  const words = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StatesError('States.DataLimitExceeded', words);
}

interface Outcome {
  readonly output: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly next: string | undefined;
}

interface Running {
  readonly state: State;
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly beginning: Beginning;
  readonly run: Run;
  /** Milliseconds since 1970. */
  readonly enteredAt: number;
}

async function runState(running: Running): Promise<Outcome> {
  const { state, input, variables, beginning, run, enteredAt } = running;
  const EnteredTime = new Date(enteredAt).toISOString();
  const context = {
    ...run.context,
    ...beginning.context,
    State: { Name: state.name, EnteredTime, RetryCount: 0 },
  };
  const frame: Frame = { state, input, variables, context };
  switch (state.type) {
    case 'Choice':
      return choose(state, frame);
    case 'Fail':
      throw await failureOf(state, frame);
    case 'Pass':
      return finish(frame, await passed(state, frame));
    case 'Succeed':
      return finish(frame, await effectiveInput(frame));
    case 'Wait':
      await wait(state, frame, { run, enteredAt });
      return finish(frame, await effectiveInput(frame));
    case 'Task':
    case 'Map':
    case 'Parallel':
      return guarded(frame, { run, trail: beginning.trail }, async (attempt) =>
        finish(attempt, await work(attempt, { run, beginning })),
      );
  }
}

interface Working {
  readonly run: Run;
  readonly beginning: Beginning;
}

async function work(frame: Frame, { run, beginning }: Working): Promise<unknown> {
  const { state } = frame;
  const inner = { run, beginning, runMachine };
  if (state.type === 'Task') return runTask(state, frame, { run, trail: beginning.trail });
  if (state.type === 'Map') return runMap(state, frame, inner);
  if (state.type === 'Parallel') return runParallel(state, frame, inner);
  return undefined;
}

async function finish(frame: Frame, result: unknown): Promise<Outcome> {
  const output = await finishOutput(frame, result);
  const variables = await assignIn(frame, frame.state.assign, { result });
  return { output, variables, next: frame.state.next };
}

/** A Pass state's result is written into it, or is its input. */
async function passed(state: StateOf<'Pass'>, frame: Frame): Promise<unknown> {
  return state.result === undefined ? effectiveInput(frame) : state.result;
}

async function choose(state: StateOf<'Choice'>, frame: Frame): Promise<Outcome> {
  const input = await effectiveInput(frame);
  for (const rule of state.choices) {
    if (!(await holds(rule.condition, frame, input))) continue;
    const chosen =
      rule.output === undefined ? frame : { ...frame, state: { ...state, output: rule.output } };
    const assign = Object.keys(rule.assign).length === 0 ? state.assign : rule.assign;
    const output = await finishOutput(chosen, input);
    return { output, next: rule.next, variables: await assignIn(frame, assign, { result: input }) };
  }
  if (state.otherwise === undefined) {
    throw new StatesError(
      'States.NoChoiceMatched',
      `No rule of the state '${state.name}' matched, and it has no Default.`,
    );
  }
  return { ...(await finish(frame, input)), next: state.otherwise };
}

async function holds(condition: Json, frame: Frame, input: unknown): Promise<boolean> {
  const { context, variables, state } = frame;
  if (state.language === 'JSONPath')
    return conditionHolds(condition, { data: input, context, variables });
  const scope = { states: { input: frame.input, context }, variables };
  return (await evaluateAll(condition['Condition'], scope)) === true;
}

async function wait(
  { wait: { kind, value, isPath } }: StateOf<'Wait'>,
  frame: Frame,
  { run, enteredAt }: Pick<Running, 'run' | 'enteredAt'>,
): Promise<void> {
  const { context, variables } = frame;
  const input = selectedInput(frame);
  const given = isPath
    ? evaluate(String(value), { data: input, context, variables })
    : await evaluateAll(value, { states: { input, context }, variables });
  const until = kind === 'seconds' ? enteredAt + Number(given) * 1000 : Date.parse(String(given));
  const ms = until - run.clock.now();
  if (Number.isNaN(ms)) {
    throw new StatesError(
      'States.Runtime',
      `Wait: ${JSON.stringify(given)} is neither seconds nor a timestamp`,
    );
  }
  if (ms > 0) await run.clock.sleep(ms, run.signal);
  run.signal.throwIfAborted();
}

/** `Error` and `Cause` are texts as they stand, or expressions; those with `Path` lead to one. */
async function failureOf({ error, cause }: StateOf<'Fail'>, frame: Frame): Promise<StatesError> {
  return new StatesError(await wordsOf(error, frame), await wordsOf(cause, frame));
}

async function wordsOf({ text, path }: StateOf<'Fail'>['error'], frame: Frame): Promise<string> {
  const { context, variables, input } = frame;
  if (path !== undefined) return String(evaluate(path, { data: input, context, variables }));
  if (text === undefined || frame.state.language === 'JSONPath') return text ?? '';
  return String(await evaluateAll(text, { states: { input, context }, variables }));
}
