import { startTimer, type Clock } from '#local/process/clock.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import {
  abandonMapRuns,
  createMapRuns,
  redriveMapRun,
  type RunningChild,
} from '#local/step-functions/distributed/map-run-executions.ts';
import type { MapRunStore } from '#local/step-functions/distributed/map-run-store.ts';
import type { Objects } from '#local/step-functions/distributed/objects.ts';
import type {
  Execution,
  ExecutionOutcome,
  ExecutionStore,
} from '#local/step-functions/execution-store.ts';
import { createHistory } from '#local/step-functions/history.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { inputMembers, outputMembers } from '#local/step-functions/interpreter/event-details.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { runMachine } from '#local/step-functions/interpreter/interpreter.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import {
  Interruption,
  isInterruption,
  type History,
  type Run,
  type StartPoint,
} from '#local/step-functions/interpreter/run.ts';
import type { WorkflowLog } from '#local/step-functions/logging/workflow-log.ts';
import type { TaskCaller } from '#local/step-functions/integrations/task-caller.ts';
import type { TaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import { record } from '#local/template/json.ts';

/** What executions need to run. */
export interface RunContext {
  readonly store: ExecutionStore;
  readonly mapRuns: MapRunStore;
  readonly clock: Clock;
  readonly tasks: TaskCaller;
  readonly tokens: TaskTokens;
  readonly objects: Objects;
  readonly log: WorkflowLog;
  /** The executions that run now, by ARN. */
  readonly live: Map<string, LiveExecution>;
}

/** An execution that runs. */
export interface LiveExecution {
  /** Ends the execution with an outcome, or interrupts it until the next start of the host. */
  abort(outcome: ExecutionOutcome | 'interrupted'): void;
}

/** A stored execution that starts, or continues in its state. */
export interface StoredRun {
  readonly execution: Execution;
  /** Whether it had ended, and is redriven. */
  readonly isRedriven?: boolean;
}

/** Runs an execution and stores its states, history and outcome. */
export async function runStored(
  context: RunContext,
  machine: StateMachine,
  { execution, isRedriven = false }: StoredRun,
): Promise<void> {
  const { store, clock } = context;
  const { arn, input, redriveCount } = execution;
  const start = createStoredHistory(context, machine, execution);
  if (isRedriven) redriveMapRun(context, execution);
  abandonMapRuns(context, execution);
  if (isRedriven) start.add('ExecutionRedriven', { redriveCount });
  else if (execution.state === undefined)
    start.note('ExecutionStarted', { ...inputMembers(input), roleArn: machine.roleArn });
  const history = start.fork();
  // The time during which an execution was interrupted counts towards its timeout, which a redrive resets.
  const passedMs = Math.floor(clock.now()) - (execution.redrivenAt ?? execution.startedAt);
  const limitMs = (machine.timeoutSeconds ?? Infinity) * 1000 - passedMs;
  const outcome = await runExecution(context, {
    machine,
    execution,
    history,
    limitMs,
    isRedriven,
  });
  if (outcome === 'interrupted') return;
  const { status } = outcome;
  // What ends an execution from outside follows no event of a state.
  const isEnd = status === 'SUCCEEDED' || status === 'FAILED';
  noteEnd(isEnd ? history : start, outcome);
  store.end(arn, outcome, Math.floor(clock.now()));
}

/** Records the end of an execution. */
export function noteEnd(history: History, outcome: ExecutionOutcome): void {
  const { status, output, error, cause } = outcome;
  const details = output === undefined ? { error, cause } : outputMembers(output);
  history.note(`Execution${endNames[status]}`, details);
}

const endNames = {
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  TIMED_OUT: 'TimedOut',
  ABORTED: 'Aborted',
} as const;

/** An execution with more events fails (AWS Step Functions developer guide, "Quotas"). */
const maxEvents = 25_000;

const historyIsFull = {
  status: 'FAILED',
  error: 'States.Runtime',
  cause: `The execution reached the maximum number of history events (${maxEvents}).`,
} as const;

/** Returns a history that is stored. An execution ends before its last event, which records the end. */
function createStoredHistory(
  { store, clock, live, log }: RunContext,
  machine: StateMachine,
  { arn, redriveCount = 0 }: Execution,
): History {
  const source = { machine, executionArn: arn, redriveCount };
  return createHistory(store.events(arn).length, (event) => {
    if (event.id >= maxEvents - 1) live.get(arn)?.abort(historyIsFull);
    const stored = { ...event, at: Math.floor(clock.now()) };
    store.addEvent(arn, stored);
    log.write(source, stored);
  });
}

interface ExecutionRun {
  readonly machine: StateMachine;
  readonly execution: Execution;
  readonly history: History;
  readonly limitMs: number;
  readonly isRedriven?: boolean;
}

/** Runs an execution and returns how it ended. Nothing of its end is stored. */
export async function runExecution(
  context: RunContext,
  { machine, execution, history, limitMs, isRedriven = false }: ExecutionRun,
): Promise<ExecutionOutcome | 'interrupted'> {
  const { live, store } = context;
  const { arn } = execution;
  const stopped = new AbortController();
  let abortOutcome: ExecutionOutcome | 'interrupted' | undefined;
  const abort = (outcome: ExecutionOutcome | 'interrupted'): void => {
    abortOutcome = outcome;
    const Reason = outcome === 'interrupted' ? Interruption : StatesError;
    stopped.abort(new Reason('States.Aborted', ''));
  };
  live.set(arn, { abort });
  const timer = Number.isFinite(limitMs)
    ? startTimer(limitMs, () => abort({ status: 'TIMED_OUT', error: 'States.Timeout' }))
    : undefined;
  try {
    const output = await runMachine(
      machine.machine,
      {
        history,
        input: parseStateJson(execution.stateInput ?? execution.input),
        variables: new Map(Object.entries(record(parseStateJson(execution.variables ?? '{}')))),
        context: {},
        resumed: findResumePoint(execution, isRedriven),
        onState(state, input, variables) {
          store.enter(arn, state, {
            input: JSON.stringify(input),
            variables: JSON.stringify(Object.fromEntries(variables)),
            enteredAt: Math.floor(context.clock.now()),
          });
        },
      },
      createRun(context, machine, execution, stopped.signal),
    );
    return { status: 'SUCCEEDED', output: JSON.stringify(output) };
  } catch (thrown) {
    if (abortOutcome !== undefined) return abortOutcome;
    const { error, causeText: cause } = toStatesError(thrown);
    return { status: 'FAILED', error, cause };
  } finally {
    timer?.stop();
    live.delete(arn);
  }
}

/** Returns the state in which an interrupted execution resumes. */
function findResumePoint(
  { state, enteredAt }: Execution,
  isRedriven: boolean,
): StartPoint['resumed'] {
  if (state === undefined || enteredAt === undefined) return undefined;
  return { state, enteredAt, isRedriven };
}

function createRun(
  context: RunContext,
  machine: StateMachine,
  execution: Execution,
  signal: AbortSignal,
): Run {
  const { clock, tasks, tokens, store, objects } = context;
  const { arn, name, input, startedAt, redriveCount = 0 } = execution;
  return {
    clock,
    objects,
    signal,
    region: arn.split(':')[3] ?? '',
    context: {
      Execution: {
        Id: arn,
        Input: parseStateJson(input),
        StartTime: new Date(startedAt).toISOString(),
        Name: name,
        RoleArn: machine.roleArn,
        RedriveCount: redriveCount,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    },
    call: (resource, parameters) => tasks.call(resource, parameters),
    openToken: () => tokens.open(),
    mapRuns: createMapRuns({ ...context, runChild: runChildOf(context) }, machine, arn),
    async waitForExecution(startedArn) {
      for (;;) {
        const started = store.find(startedArn);
        if (started === undefined)
          throw new StatesError('States.Runtime', `Execution ${startedArn} does not exist`);
        if (started.status !== 'RUNNING') return started;
        await new Promise((resolve) => setTimeout(resolve, 25));
        signal.throwIfAborted();
      }
    },
  };
}

/** Returns a function that runs an execution of a map run, until it ends or its parent is aborted. */
function runChildOf(context: RunContext) {
  return async (machine: StateMachine, child: RunningChild, signal: AbortSignal): Promise<void> => {
    const abort = (): void => {
      const outcome = isInterruption(signal.reason)
        ? 'interrupted'
        : ({ status: 'ABORTED' } as const);
      context.live.get(child.execution.arn)?.abort(outcome);
    };
    signal.addEventListener('abort', abort, { once: true });
    const ended = runStored(context, machine, child);
    if (signal.aborted) abort();
    await ended;
    signal.removeEventListener('abort', abort);
  };
}
