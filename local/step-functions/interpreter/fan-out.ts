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
import { toStatesError } from '#local/step-functions/interpreter/guards.ts';
import type { Beginning, Run } from '#local/step-functions/interpreter/run.ts';
import { evaluate, fillTemplate } from '#local/step-functions/expressions/templates.ts';

export interface Inner {
  readonly run: Run;
  readonly beginning: Beginning;
  runMachine(machine: Machine, beginning: Beginning, run: Run): Promise<unknown>;
}

/** Runs the branches of a Parallel state at once, and gives their outputs in order. */
export async function runParallel(
  state: StateOf<'Parallel'>,
  frame: Frame,
  { run, beginning, runMachine }: Inner,
): Promise<unknown> {
  const { trail } = beginning;
  const input = await effectiveInput(frame);
  trail.add('ParallelStateStarted', {});
  const [stop, inner] = stoppable(run);
  const branches = state.branches.map(async (branch) => {
    const own = { ...beginning, input, variables: frame.variables, trail: trail.fork() };
    return runMachine(branch, inBranch(own), inner);
  });
  const outputs = await allOrStop(branches, stop);
  trail.add('ParallelStateSucceeded', {});
  return outputs;
}

/** Runs a machine for each item of a Map state. */
export async function runMap(state: StateOf<'Map'>, frame: Frame, inner: Inner): Promise<unknown> {
  const { run, beginning } = inner;
  const { trail } = beginning;
  const items = await itemsOf(state, frame);
  trail.add('MapStateStarted', { length: items.length });
  const [stop, within] = stoppable(run);
  const tolerated = await toleratedOf(state, frame, items.length);
  const failures: StatesError[] = [];
  const outputs: unknown[] = Array.from({ length: items.length });
  const limit = Number(await valueOf(state.maxConcurrency, frame)) || Infinity;
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        outputs[index] = await runItem(state, { frame, index, items }, { ...inner, run: within });
      } catch (thrown) {
        run.signal.throwIfAborted();
        const error = toStatesError(thrown);
        failures.push(error);
        if (failures.length > tolerated) throw tolerated === 0 ? error : exceeded();
      }
    }
  }
  await allOrStop(Array.from({ length: Math.min(limit, items.length) }, worker), stop);
  trail.add('MapStateSucceeded', {});
  return outputs.filter((output) => output !== undefined);
}

function exceeded(): StatesError {
  const words = 'The specified tolerated failure threshold was exceeded';
  return new StatesError('States.ExceedToleratedFailureThreshold', words);
}

interface Item {
  readonly frame: Frame;
  readonly index: number;
  readonly items: readonly unknown[];
}

async function runItem(
  state: StateOf<'Map'>,
  { frame, index, items }: Item,
  { run, beginning, runMachine }: Inner,
): Promise<unknown> {
  const trail = beginning.trail.fork();
  const about = { name: state.name, index };
  const Map = { Item: { Index: index, Value: items[index] } };
  trail.add('MapIterationStarted', about);
  try {
    const context = { ...beginning.context, Map };
    const input = await itemInput(
      state,
      { ...frame, context: { ...frame.context, Map } },
      items[index],
    );
    const own = { ...beginning, input, context, trail, variables: frame.variables };
    const output = await runMachine(state.processor, inBranch(own), run);
    trail.add('MapIterationSucceeded', about);
    return output;
  } catch (thrown) {
    trail.add(run.signal.aborted ? 'MapIterationAborted' : 'MapIterationFailed', about);
    throw thrown;
  }
}

/** Only the outermost machine is gone on with after an interruption. */
function inBranch({ onState: _, resumed: __, ...beginning }: Beginning): Beginning {
  return beginning;
}

async function itemInput(state: StateOf<'Map'>, frame: Frame, item: unknown): Promise<unknown> {
  const { input, context, variables } = frame;
  if (state.itemSelector === undefined) return item;
  if (state.language === 'JSONata') {
    return evaluateAll(state.itemSelector, { states: { input, context }, variables });
  }
  return fillTemplate(state.itemSelector, { data: selectedInput(frame), context, variables });
}

async function itemsOf(state: StateOf<'Map'>, frame: Frame): Promise<readonly unknown[]> {
  const data = selectedInput(frame);
  const given =
    state.items === undefined ? data : await valueOf(state.items, { ...frame, input: data });
  if (!Array.isArray(given)) {
    throw new StatesError('States.Runtime', `The items of '${state.name}' must be an array`);
  }
  return state.batch === undefined ? given : batches(given, state.batch, frame);
}

/** `ItemBatcher`: each batch is the input of one run, in `Items`. */
function batches(
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

async function toleratedOf(state: StateOf<'Map'>, frame: Frame, count: number): Promise<number> {
  const most = Number(await valueOf(state.toleratedCount, frame));
  const percentage = Number((await valueOf(state.toleratedPercentage, frame)) ?? 0);
  return Math.max(most, Math.floor((percentage / 100) * count));
}

/** A value itself, or what a path or an expression gives. */
async function valueOf(value: unknown, frame: Frame): Promise<unknown> {
  const { state, input, context, variables } = frame;
  if (state.language === 'JSONata')
    return evaluateAll(value, { states: { input, context }, variables });
  const isPath = typeof value === 'string' && value.startsWith('$');
  return isPath ? evaluate(value, { data: input, context, variables }) : value;
}

/** The run of parts that are stopped together. */
function stoppable(run: Run): readonly [stop: () => void, run: Run] {
  const stopped = new AbortController();
  const signal = AbortSignal.any([run.signal, stopped.signal]);
  return [() => stopped.abort(new StatesError('States.BranchFailed', '')), { ...run, signal }];
}

/** All results; at the first failure the others are stopped, and waited for. */
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
