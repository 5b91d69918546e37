import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import {
  createGroup,
  type Branch,
  type FanOutContext,
  type Group,
} from '#local/step-functions/fan-out/branches.ts';
import {
  expressionScope,
  pathScope,
  selectedInput,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readItems } from '#local/step-functions/fan-out/map-items.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';

/** Runs a machine for each item of a Map state. Returns the outputs in the order of the items. */
export async function runMap(
  state: StateOf<'Map'>,
  frame: Frame,
  context: FanOutContext,
): Promise<unknown> {
  const { history } = context.start;
  const maxField = { name: 'MaxConcurrency', min: 0 };
  const max = (await readNumber(maxField, state.maxConcurrency, frame)) || Infinity;
  const items = await readItems(state, frame);
  history.add('MapStateStarted', { length: items.length });
  const tolerated = await readTolerance(state, frame, items.length);
  const group = createGroup(context);
  const work: MapWork = {
    state,
    frame,
    items,
    tolerated,
    group,
    outputs: [],
    failures: 0,
    next: 0,
  };
  const workers = Array.from({ length: Math.min(max, items.length) }, () => group.open());
  const ends = await group.all(
    workers.map(async (branch) => group.guard(branch, () => runWorker(work, branch))),
  );
  history.continueAfter(Math.max(history.last(), ...ends));
  history.note('MapStateSucceeded');
  return work.outputs.filter((output) => output !== undefined);
}

interface MapWork {
  readonly state: StateOf<'Map'>;
  readonly frame: Frame;
  readonly items: readonly unknown[];
  /** How many items may fail. */
  readonly tolerated: number;
  readonly group: Group;
  readonly outputs: unknown[];
  failures: number;
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
  const { state, frame, items, tolerated, group, outputs } = work;
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
    if (toStatesError(thrown).error === 'States.Runtime') throw thrown;
    work.failures += 1;
    if (work.failures > tolerated) throw tolerated === 0 ? thrown : thresholdError();
    Object.assign(branch, { isOpen: false, current: undefined });
    return history.note('MapIterationFailed', iteration);
  }
}

function thresholdError(): StatesError {
  const cause = 'The specified tolerated failure threshold was exceeded';
  return new StatesError('States.ExceedToleratedFailureThreshold', cause);
}

async function readItemInput(state: StateOf<'Map'>, frame: Frame, item: unknown): Promise<unknown> {
  const { itemSelector, language } = state;
  if (itemSelector === undefined) return item;
  if (language === 'JSONata')
    return evaluateAll(itemSelector, expressionScope(frame), 'ItemSelector');
  return fillTemplate(itemSelector, pathScope(frame, selectedInput(frame)));
}

/** Returns how many of the items may fail. */
async function readTolerance(state: StateOf<'Map'>, frame: Frame, count: number): Promise<number> {
  const countField = { name: 'ToleratedFailureCount', min: 0 };
  const maxFailures = await readNumber(countField, state.toleratedCount, frame);
  if (state.toleratedPercentage === undefined) return maxFailures;
  const field = { name: 'ToleratedFailurePercentage', min: 0, max: 100, isFraction: true };
  const percentage = await readNumber(field, state.toleratedPercentage, frame);
  if (percentage < 0) throw runtimeError(`${field.name} must be between 0 and 100.`);
  return Math.max(maxFailures, Math.floor((percentage / 100) * count));
}
