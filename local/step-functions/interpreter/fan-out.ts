import {
  StatesError,
  type Machine,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import {
  effectiveInput,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import type { Run, StartPoint } from '#local/step-functions/interpreter/run.ts';
import { evaluate, fillTemplate } from '#local/step-functions/expressions/templates.ts';

/** What Parallel and Map states need to run their inner machines. */
export interface FanOutContext {
  readonly run: Run;
  readonly start: StartPoint;
  runMachine(machine: Machine, start: StartPoint, run: Run): Promise<unknown>;
}

/** Runs the branches of a Parallel state concurrently. Returns their outputs in order. */
export async function runParallel(
  state: StateOf<'Parallel'>,
  frame: Frame,
  { run, start, runMachine }: FanOutContext,
): Promise<unknown> {
  const { history } = start;
  const input = await effectiveInput(frame);
  history.add('ParallelStateStarted', {});
  const [stop, inner] = createStoppableRun(run);
  const branches = state.branches.map(async (branch) => {
    const branchStart = { ...start, input, variables: frame.variables, history: history.fork() };
    return runMachine(branch, toBranchStart(branchStart), inner);
  });
  const outputs = await allOrStop(branches, stop);
  history.add('ParallelStateSucceeded', {});
  return outputs;
}

/** Runs a machine for each item of a Map state. Returns the outputs in the order of the items. */
export async function runMap(
  state: StateOf<'Map'>,
  frame: Frame,
  context: FanOutContext,
): Promise<unknown> {
  const { run, start } = context;
  const { history } = start;
  const items = await readItems(state, frame);
  history.add('MapStateStarted', { length: items.length });
  const [stop, itemRun] = createStoppableRun(run);
  const tolerated = await readTolerance(state, frame, items.length);
  const failures: StatesError[] = [];
  const outputs: unknown[] = Array.from({ length: items.length });
  const limit = Number(await evaluateValue(state.maxConcurrency, frame)) || Infinity;
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        outputs[index] = await runItem(
          state,
          { frame, index, items },
          { ...context, run: itemRun },
        );
      } catch (thrown) {
        run.signal.throwIfAborted();
        const error = toStatesError(thrown);
        failures.push(error);
        if (failures.length > tolerated) throw tolerated === 0 ? error : thresholdError();
      }
    }
  }
  await allOrStop(Array.from({ length: Math.min(limit, items.length) }, worker), stop);
  history.add('MapStateSucceeded', {});
  return outputs.filter((output) => output !== undefined);
}

function thresholdError(): StatesError {
  const cause = 'The specified tolerated failure threshold was exceeded';
  return new StatesError('States.ExceedToleratedFailureThreshold', cause);
}

interface Item {
  readonly frame: Frame;
  readonly index: number;
  readonly items: readonly unknown[];
}

async function runItem(
  state: StateOf<'Map'>,
  { frame, index, items }: Item,
  { run, start, runMachine }: FanOutContext,
): Promise<unknown> {
  const history = start.history.fork();
  const details = { name: state.name, index };
  const Map = { Item: { Index: index, Value: items[index] } };
  history.add('MapIterationStarted', details);
  try {
    const context = { ...start.context, Map };
    const input = await readItemInput(
      state,
      { ...frame, context: { ...frame.context, Map } },
      items[index],
    );
    const itemStart = { ...start, input, context, history, variables: frame.variables };
    const output = await runMachine(state.processor, toBranchStart(itemStart), run);
    history.add('MapIterationSucceeded', details);
    return output;
  } catch (thrown) {
    history.add(run.signal.aborted ? 'MapIterationAborted' : 'MapIterationFailed', details);
    throw thrown;
  }
}

/** Removes what belongs to resuming, as only the outermost machine can be resumed. */
function toBranchStart({ onState: _, resumed: __, ...start }: StartPoint): StartPoint {
  return start;
}

async function readItemInput(state: StateOf<'Map'>, frame: Frame, item: unknown): Promise<unknown> {
  const { input, context, variables } = frame;
  if (state.itemSelector === undefined) return item;
  if (state.language === 'JSONata') {
    return evaluateAll(state.itemSelector, { states: { input, context }, variables });
  }
  return fillTemplate(state.itemSelector, { data: selectedInput(frame), context, variables });
}

async function readItems(state: StateOf<'Map'>, frame: Frame): Promise<readonly unknown[]> {
  const data = selectedInput(frame);
  const items =
    state.items === undefined ? data : await evaluateValue(state.items, { ...frame, input: data });
  if (!Array.isArray(items)) {
    throw new StatesError('States.Runtime', `The items of '${state.name}' must be an array`);
  }
  return state.batch === undefined ? items : toBatches(items, state.batch, frame);
}

/** Applies `ItemBatcher`. The items of each batch are in `Items` of one input. */
function toBatches(
  items: readonly unknown[],
  batch: NonNullable<StateOf<'Map'>['batch']>,
  frame: Frame,
): readonly unknown[] {
  const size = Number(batch['MaxItemsPerBatch'] ?? items.length) || 1;
  const { context, variables, input } = frame;
  const BatchInput = batch['BatchInput'];
  const shared =
    BatchInput === undefined
      ? {}
      : { BatchInput: fillTemplate(BatchInput, { data: input, context, variables }) };
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => ({
    ...shared,
    Items: items.slice(index * size, (index + 1) * size),
  }));
}

/** Returns how many of the items may fail. */
async function readTolerance(state: StateOf<'Map'>, frame: Frame, count: number): Promise<number> {
  const maxFailures = Number(await evaluateValue(state.toleratedCount, frame));
  const percentage = Number((await evaluateValue(state.toleratedPercentage, frame)) ?? 0);
  return Math.max(maxFailures, Math.floor((percentage / 100) * count));
}

/** Returns a literal value as it is, and otherwise the result of a path or an expression. */
async function evaluateValue(value: unknown, frame: Frame): Promise<unknown> {
  const { state, input, context, variables } = frame;
  if (state.language === 'JSONata')
    return evaluateAll(value, { states: { input, context }, variables });
  const isPath = typeof value === 'string' && value.startsWith('$');
  return isPath ? evaluate(value, { data: input, context, variables }) : value;
}

/** Returns a run that can be stopped without stopping the whole execution. */
function createStoppableRun(run: Run): readonly [stop: () => void, run: Run] {
  const stopped = new AbortController();
  const signal = AbortSignal.any([run.signal, stopped.signal]);
  return [() => stopped.abort(new StatesError('States.BranchFailed', '')), { ...run, signal }];
}

/** Returns all results. If one part fails, stops the others, waits for them and throws its error. */
async function allOrStop<Result>(
  parts: readonly Promise<Result>[],
  stop: () => void,
): Promise<readonly Result[]> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    stop();
    await Promise.allSettled(parts);
    throw error;
  }
}
