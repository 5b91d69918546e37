import type { StateOf } from '#local/step-functions/definition/definition.ts';
import { runDistributedMap } from '#local/step-functions/distributed/run-distributed-map.ts';
import {
  createGroup,
  type Branch,
  type FanOutContext,
  type Group,
} from '#local/step-functions/fan-out/branches.ts';
import type { Frame } from '#local/step-functions/interpreter/frame.ts';
import { readItemInput, readItems } from '#local/step-functions/fan-out/map-items.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';

/** Runs a machine for each item of a Map state. Returns the outputs in the order of the items. */
export async function runMap(
  state: StateOf<'Map'>,
  frame: Frame,
  context: FanOutContext,
): Promise<unknown> {
  const { history } = context.start;
  const { distributed } = state;
  if (distributed !== undefined) return runDistributedMap({ state, distributed }, frame, context);
  const maxField = { name: 'MaxConcurrency', min: 0 };
  const max = (await readNumber(maxField, state.maxConcurrency, frame)) || Infinity;
  const items = await readItems(state, frame);
  history.add('MapStateStarted', { length: items.length });
  const group = createGroup(context);
  const work: MapWork = {
    state,
    frame,
    items,
    group,
    outputs: [],
    next: 0,
  };
  const workers = Array.from({ length: Math.min(max, items.length) }, () => group.open());
  const ends = await group.all(
    workers.map(async (branch) => group.guard(branch, () => runWorker(work, branch))),
  );
  history.continueAfter(Math.max(history.last(), ...ends));
  history.note('MapStateSucceeded');
  return work.outputs;
}

interface MapWork {
  readonly state: StateOf<'Map'>;
  readonly frame: Frame;
  readonly items: readonly unknown[];
  readonly group: Group;
  readonly outputs: unknown[];
  /** The index of the next item. */
  next: number;
}

/** Runs items, one after the other, until there are no more. Returns the id of the last event. */
async function runWorker(work: MapWork, branch: Branch): Promise<number> {
  let last = branch.history.last();
  while (work.next < work.items.length) {
    const index = work.next;
    work.next += 1;
    last = await runItem(work, branch, index);
  }
  return last;
}

async function runItem(work: MapWork, branch: Branch, index: number): Promise<number> {
  const { state, frame, items, group, outputs } = work;
  const { history } = branch;
  const iteration = { name: state.name, index };
  const Map = { Item: { Index: index, Value: items[index] } };
  history.add('MapIterationStarted', iteration);
  Object.assign(branch, { iteration, isOpen: true });
  try {
    const itemFrame = { ...frame, context: { ...frame.context, Map } };
    const input = await readItemInput(state, itemFrame, items[index]);
    const start = { input, variables: frame.variables, context: { Map } };
    outputs[index] = await group.runBranch(branch, state.processor, start);
    return history.note('MapIterationSucceeded', iteration);
  } catch (thrown) {
    group.signal.throwIfAborted();
    throw thrown;
  }
}
