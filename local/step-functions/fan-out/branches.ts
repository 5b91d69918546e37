import {
  StatesError,
  type Machine,
  type State,
  type StateOf,
} from '#local/step-functions/definition/definition.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { effectiveInput, type Frame } from '#local/step-functions/interpreter/frame.ts';
import type { History, Run, StartPoint } from '#local/step-functions/interpreter/run.ts';
import type { Json } from '#local/template/json.ts';

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
  context: FanOutContext,
): Promise<unknown> {
  const { history } = context.start;
  const input = await effectiveInput(frame);
  history.add('ParallelStateStarted');
  const group = createGroup(context);
  const branches = state.branches.map((machine) => ({ machine, branch: group.open() }));
  const { variables } = frame;
  const outputs = await group.all(
    branches.map(async ({ machine, branch }) =>
      group.guard(branch, () => group.runBranch(branch, machine, { input, variables })),
    ),
  );
  history.continueAfter(
    Math.max(history.last(), ...branches.map(({ branch }) => branch.history.last())),
  );
  history.note('ParallelStateSucceeded');
  return outputs;
}

/** One of the machines that run beside each other. */
export interface Branch {
  readonly history: History;
  /** Names the iteration in events of a Map state. */
  iteration?: Json | undefined;
  /** The state that it is in, until it ends well. */
  current?: State | undefined;
  /** Whether it has begun and not ended well. */
  isOpen: boolean;
}

/** Branches of which the first failure stops the others. */
export interface Group {
  /** Aborted when the execution ends or a branch has failed. */
  readonly signal: AbortSignal;
  /** Adds a branch whose events follow the last one of the state. */
  open(): Branch;
  /** Runs a machine in a branch. */
  runBranch(
    branch: Branch,
    machine: Machine,
    start: Pick<StartPoint, 'input' | 'variables'> & { readonly context?: Json },
  ): Promise<unknown>;
  /** Does the work of a branch. Its error is the error of the group, if it is the first one. */
  guard<Result>(branch: Branch, work: () => Promise<Result>): Promise<Result>;
  /**
   * Returns all results. After a failure, stops the other branches, waits for them, records what was
   * aborted and throws the error.
   */
  all<Result>(parts: readonly Promise<Result>[]): Promise<readonly Result[]>;
}

/** Returns a group without branches. */
export function createGroup({ run, start, runMachine }: FanOutContext): Group {
  const stopped = new AbortController();
  const signal = AbortSignal.any([run.signal, stopped.signal]);
  const branches: Branch[] = [];
  let failed: Branch | undefined;
  return {
    signal,
    open() {
      const branch = { history: start.history.fork(), isOpen: false };
      branches.push(branch);
      return branch;
    },
    async runBranch(branch, machine, { context = {}, ...from }) {
      const { history } = branch;
      const onState = (name: string): void => void (branch.current = machine.states.get(name));
      branch.isOpen = true;
      const output = await runMachine(
        machine,
        { ...from, history, onState, context: { ...start.context, ...context } },
        { ...run, signal },
      );
      branch.current = undefined;
      branch.isOpen = false;
      return output;
    },
    async guard(branch, work) {
      try {
        return await work();
      } catch (error) {
        failed ??= branch;
        throw error;
      }
    },
    async all(parts) {
      try {
        return await Promise.all(parts);
      } catch (thrown) {
        stopped.abort(new StatesError('States.BranchFailed', ''));
        await Promise.allSettled(parts);
        run.signal.throwIfAborted();
        if (failed !== undefined) recordEnd(failed, branches, start.history, toStatesError(thrown));
        throw thrown;
      }
    },
  };
}

/** States for which there is an event that they were aborted. */
const abortable: ReadonlySet<string> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/**
 * Records the end of a branch that failed, and of those that were stopped with it. All these events
 * refer to the failure. An error that no state can catch ends the execution without them.
 */
function recordEnd(
  failed: Branch,
  branches: readonly Branch[],
  history: History,
  { error }: StatesError,
): void {
  history.continueAfter(failed.history.last());
  if (error === 'States.Runtime') return;
  if (failed.iteration !== undefined) history.note('MapIterationFailed', failed.iteration);
  if (failed.current?.type === 'Task') history.note('TaskStateAborted');
  for (const { iteration, current, isOpen } of branches.filter((branch) => branch !== failed)) {
    if (!isOpen) continue;
    if (iteration !== undefined) history.note('MapIterationAborted', iteration);
    if (current?.type === 'Map' && current.distributed !== undefined) history.note('MapRunAborted');
    if (current !== undefined && abortable.has(current.type))
      history.note(`${current.type}StateAborted`);
  }
}
