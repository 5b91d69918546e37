import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '#local/process/clock.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import type {
  MapRun,
  MapRunChild,
  MapRunRequest,
  MapRuns,
} from '#local/step-functions/distributed/map-run.ts';
import type { MapRunStore, StoredMapRun } from '#local/step-functions/distributed/map-run-store.ts';
import type { Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
import { executionArn, expressArn } from '#local/step-functions/machines/arns.ts';

/** What map runs need of the executions around them. */
export interface MapRunContext {
  readonly store: ExecutionStore;
  readonly mapRuns: MapRunStore;
  readonly clock: Clock;
  /** Runs a stored execution until it ends or the signal is aborted, and returns how it ended. */
  runChild(machine: StateMachine, child: RunningChild, signal: AbortSignal): Promise<void>;
}

/** An execution of a map run that starts or continues. */
export interface RunningChild {
  readonly execution: Execution;
  /** Whether it had ended before. */
  readonly isRedriven: boolean;
}

/** Returns the map runs of an execution, which are stored. */
export function createMapRuns(
  context: MapRunContext,
  machine: StateMachine,
  execution: string,
): MapRuns {
  const { mapRuns, clock } = context;
  const open = (stored: StoredMapRun, state: StateOf<'Map'>): MapRun =>
    createMapRun(context, stored, childMachine(machine, stored, state));
  return {
    start({ state, executionType, label, limits }: MapRunRequest) {
      const base = machine.arn.replace(/\/[^/]*$/u, '');
      const child = `${base}/${label ?? nameBasedId(base, state.name)}`;
      const startedAt = Math.floor(clock.now());
      const id = nameBasedId(execution, state.name, randomUUID());
      const arn = `${child.replace(':stateMachine:', ':mapRun:')}:${id}`;
      const run = { arn, execution, machine: child, state: state.name, type: executionType };
      mapRuns.begin({ ...run, startedAt, ...limits });
      const stored = { ...run, ...limits, startedAt };
      const counts = { status: 'RUNNING', items: 0, executions: 0, redriveCount: 0 };
      return open({ ...stored, ...counts }, state);
    },
    resume(state) {
      const stored = mapRuns
        .listByExecution(execution)
        .find((run) => run.state === state.name && run.status === 'RUNNING');
      return stored === undefined ? undefined : open(stored, state);
    },
  };
}

/** Ends the map runs of an execution that it does not continue with, because it is elsewhere now. */
export function abandonMapRuns(
  { store, mapRuns, clock }: Omit<MapRunContext, 'runChild'>,
  { arn: execution, state }: Execution,
): void {
  const now = Math.floor(clock.now());
  for (const { arn, status, state: name } of mapRuns.listByExecution(execution)) {
    if (status !== 'RUNNING' || name === state) continue;
    const running = store.listByMapRun(arn).filter((child) => child.status === 'RUNNING');
    for (const child of running) store.end(child.arn, { status: 'ABORTED' }, now);
    mapRuns.end(arn, 'ABORTED', now);
  }
}

/** Lets the map run continue in whose state an execution ended. */
export function redriveMapRun(
  { mapRuns, clock }: Pick<MapRunContext, 'mapRuns' | 'clock'>,
  { arn: execution, state }: Execution,
): void {
  const latest = mapRuns.listByExecution(execution).find((run) => run.state === state);
  const hasFailed = latest?.status === 'FAILED' || latest?.status === 'ABORTED';
  if (latest !== undefined && hasFailed) mapRuns.redrive(latest.arn, Math.floor(clock.now()));
}

/** The longest duration of an execution of an express machine. */
export const maxExpressSeconds = 300;

/** The executions of a map run have a machine of their own, as their ARNs show. */
function childMachine(
  machine: StateMachine,
  { machine: arn, type }: StoredMapRun,
  { processor }: StateOf<'Map'>,
): StateMachine {
  return {
    ...machine,
    arn,
    name: arn.split(':').at(-1) ?? '',
    type: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    machine: processor,
    timeoutSeconds: type === 'EXPRESS' ? maxExpressSeconds : undefined,
  };
}

/** Returns an id in the form of version 3 of UUIDs, as AWS's are, that depends on the names alone. */
function nameBasedId(...names: readonly string[]): string {
  const hex = createHash('sha256').update(names.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-3${hex.slice(13, 16)}-b${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function createMapRun(
  context: MapRunContext,
  { arn, redriveCount, ...stored }: StoredMapRun,
  machine: StateMachine,
): MapRun {
  const { store, mapRuns, clock } = context;
  const earlier = new Map(store.listByMapRun(arn).map((child) => [child.itemIndex, child]));
  return {
    arn,
    redriveCount,
    limits: () => mapRuns.find(arn) ?? stored,
    count: ({ items, executions }) => mapRuns.count(arn, items, executions),
    async runChild(child, signal) {
      const found = earlier.get(child.index);
      const hasEnded = found !== undefined && found.status !== 'RUNNING';
      if (hasEnded && !isRedriven(found, redriveCount)) return found;
      const { arn: childArn } = found ?? begin(context, machine, { ...child, mapRun: arn });
      if (hasEnded) store.redrive(childArn, Math.floor(clock.now()));
      const running = toRunning(requireChild(store, childArn), machine, hasEnded);
      await context.runChild(machine, running, signal);
      signal.throwIfAborted();
      return requireChild(store, childArn);
    },
    children: () => store.listByMapRun(arn),
    end: (status) => mapRuns.end(arn, status, Math.floor(clock.now())),
  };
}

/** What is redriven continues in its state; an express execution starts again. */
function toRunning(execution: Execution, { type }: StateMachine, hasEnded: boolean): RunningChild {
  if (!hasEnded || type === 'STANDARD') return { execution, isRedriven: hasEnded };
  const { state: _, stateInput: __, variables: ___, ...begun } = execution;
  return { execution: begun, isRedriven: false };
}

function requireChild(store: ExecutionStore, arn: string): Execution {
  const found = store.find(arn);
  if (found !== undefined) return found;
  throw new StatesError('States.Runtime', `The execution ${arn} is not stored`);
}

/** A redriven map run runs again what did not succeed. */
function isRedriven({ status, redriveCount = 0 }: Execution, count: number): boolean {
  return status !== 'SUCCEEDED' && redriveCount < count;
}

function begin(
  { store, clock }: MapRunContext,
  machine: StateMachine,
  { index, input, itemCount, mapRun }: MapRunChild & { readonly mapRun: string },
): Pick<Execution, 'arn'> {
  const name = nameBasedId(mapRun, String(index));
  const toArn = machine.type === 'EXPRESS' ? expressArn : executionArn;
  const execution = {
    arn: toArn(machine.arn, name),
    machine: machine.arn,
    name,
    input: JSON.stringify(input),
    startedAt: Math.floor(clock.now()),
  };
  store.begin(execution, { mapRun, itemIndex: index, itemCount });
  return execution;
}
