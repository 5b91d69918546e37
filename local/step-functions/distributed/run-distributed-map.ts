import {
  StatesError,
  type DistributedMap,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import {
  readChildInputs,
  type ChildInput,
} from '#local/step-functions/distributed/child-inputs.ts';
import type { MapRun, MapRunLimits } from '#local/step-functions/distributed/map-run.ts';
import {
  readMaxItems,
  readSource,
  type Items,
} from '#local/step-functions/distributed/read-source.ts';
import { checkWriter, writeResults } from '#local/step-functions/distributed/write-results.ts';
import type { Execution } from '#local/step-functions/execution-store.ts';
import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { readStateItems, type StateItems } from '#local/step-functions/fan-out/map-items.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { failureMembers } from '#local/step-functions/interpreter/event-details.ts';
import type { Frame } from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import {
  isInterruption,
  type Run,
  type StartPoint,
} from '#local/step-functions/interpreter/run.ts';

interface DistributedState {
  readonly state: StateOf<'Map'>;
  readonly distributed: DistributedMap;
}

interface DistributedContext {
  readonly run: Run;
  readonly start: StartPoint;
}

/** Runs an execution for each item or batch of a Map state. Returns their outputs, or where they are. */
export async function runDistributedMap(
  parts: DistributedState,
  frame: Frame,
  { run, start }: DistributedContext,
): Promise<unknown> {
  const { history } = start;
  const opened = await openMapRun(parts, frame, { run, start });
  const { mapRun } = opened;
  try {
    const output = await runItems(parts, opened, { frame, run });
    mapRun.end('SUCCEEDED');
    history.add('MapRunSucceeded');
    history.note('MapStateSucceeded');
    return output;
  } catch (thrown) {
    if (!run.signal.aborted) {
      mapRun.end('FAILED');
      history.add('MapRunFailed', failureMembers(toStatesError(thrown)));
    } else if (!isInterruption(run.signal.reason)) mapRun.end('ABORTED');
    throw thrown;
  }
}

interface OpenedRun {
  readonly mapRun: MapRun;
  readonly maxItems: number;
  /** The items in the input of the state; absent if a reader has them. */
  readonly items: StateItems | undefined;
}

/** Evaluates the fields in the order in which recorded executions name what is wrong with them. */
async function openMapRun(
  { state, distributed }: DistributedState,
  frame: Frame,
  { run, start: { history, resumed } }: DistributedContext,
): Promise<OpenedRun> {
  const { reader, executionType, label } = distributed;
  const concurrency = { name: 'MaxConcurrency', min: 0 };
  const maxConcurrency = await readNumber(concurrency, state.maxConcurrency, frame);
  const items = reader === undefined ? await readStateItems(state, frame) : undefined;
  const continued = resumed?.state === state.name ? run.mapRuns.resume(state) : undefined;
  if (continued !== undefined) {
    const { arn: mapRunArn, redriveCount } = continued;
    if (resumed?.isRedriven === true) history.add('MapRunRedriven', { mapRunArn, redriveCount });
    return { mapRun: continued, items, maxItems: await readMaxItems(reader, frame) };
  }
  history.add('MapStateStarted', { length: items?.values.length ?? 0 });
  const limits = { maxConcurrency, ...(await readTolerance(distributed, frame)) };
  const maxItems = await readMaxItems(reader, frame);
  const processor = state.processor;
  const mapRun = run.mapRuns.start({ state, executionType, label, processor, limits });
  history.add('MapRunStarted', { mapRunArn: mapRun.arn });
  return { mapRun, items, maxItems };
}

async function readTolerance(
  { toleratedCount, toleratedPercentage }: DistributedMap,
  frame: Frame,
): Promise<Omit<MapRunLimits, 'maxConcurrency'>> {
  const count = { name: 'ToleratedFailureCount', min: 0 };
  const percentage = {
    name: 'ToleratedFailurePercentage',
    min: -Infinity,
    max: Infinity,
    isFraction: true,
  };
  const percent =
    toleratedPercentage === undefined
      ? undefined
      : await readNumber(percentage, toleratedPercentage, frame);
  if (percent !== undefined && (percent < 0 || percent > 100))
    throw runtimeError('ToleratedFailurePercentage must be between 0 and 100.');
  return {
    toleratedCount:
      toleratedCount === undefined ? undefined : await readNumber(count, toleratedCount, frame),
    toleratedPercentage: percent,
  };
}

async function runItems(
  { state, distributed }: DistributedState,
  { mapRun, items, maxItems }: OpenedRun,
  { frame, run }: { readonly frame: Frame; readonly run: Run },
): Promise<unknown> {
  const { reader, writer, batch } = distributed;
  const { objects } = run;
  const found: Items =
    items === undefined
      ? await readSource({ reader: reader ?? {}, maxItems }, frame, objects)
      : { ...items, source: 'STATE_DATA' };
  const inputs = await readChildInputs({ state, batch }, found, frame);
  await checkWriter(writer, frame, objects);
  mapRun.count({ items: found.values.length, executions: inputs.length });
  const work: MapWork = { mapRun, inputs, items: found.values.length, executions: [], failed: 0 };
  const isWithin = await runChildren(work, run.signal);
  const output = await writeResults({ writer, mapRun, inputs }, frame, objects);
  if (isWithin) return output;
  const cause = 'The specified tolerated failure threshold was exceeded';
  throw new StatesError('States.ExceedToleratedFailureThreshold', cause);
}

interface MapWork {
  readonly mapRun: MapRun;
  readonly inputs: readonly ChildInput[];
  readonly items: number;
  readonly executions: Execution[];
  /** How many items have failed. */
  failed: number;
}

/** A map run has at most this many executions at once. */
const maxConcurrent = 10_000;

/**
 * Runs the executions until all have ended, or more items have failed than may. Then the others are
 * aborted, and false is returned.
 */
async function runChildren(work: MapWork, signal: AbortSignal): Promise<boolean> {
  const exceeded = new AbortController();
  const stopped = AbortSignal.any([signal, exceeded.signal]);
  const running = new Set<Promise<void>>();
  let next = 0;
  while (next < work.inputs.length && !stopped.aborted) {
    const { maxConcurrency } = work.mapRun.limits();
    if (running.size < (maxConcurrency === 0 ? maxConcurrent : maxConcurrency)) {
      const part = runChild(work, next, exceeded, stopped).finally(() => running.delete(part));
      running.add(part);
      next += 1;
    } else await Promise.race(running);
  }
  await Promise.allSettled(running);
  signal.throwIfAborted();
  return !exceeded.signal.aborted;
}

async function runChild(
  work: MapWork,
  index: number,
  exceeded: AbortController,
  stopped: AbortSignal,
): Promise<void> {
  const { mapRun, inputs } = work;
  const { input, itemCount } = inputs[index] ?? { input: undefined, itemCount: 0 };
  try {
    const { status } = await mapRun.runChild({ index, input, itemCount }, stopped);
    if (status !== 'SUCCEEDED') work.failed += itemCount;
  } catch (error) {
    if (!stopped.aborted) throw error;
  }
  if (isExceeded(work)) exceeded.abort(new StatesError('States.Aborted', ''));
}

/** A map run fails when one of its limits is exceeded (developer guide, "Tolerated failure threshold"). */
function isExceeded({ mapRun, failed, items }: MapWork): boolean {
  const { toleratedCount, toleratedPercentage } = mapRun.limits();
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failed > 0;
  const percentage = items === 0 ? 0 : (failed / items) * 100;
  return failed > (toleratedCount ?? Infinity) || percentage > (toleratedPercentage ?? Infinity);
}
