import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { startTimer, type Clock } from '#local/process/clock.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import type {
  Execution,
  ExecutionOutcome,
  ExecutionStore,
} from '#local/step-functions/execution-store.ts';
import { createHistory } from '#local/step-functions/history.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { inputMembers, outputMembers } from '#local/step-functions/interpreter/event-details.ts';
import { executionArn, expressArn } from '#local/step-functions/machines/arns.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { runMachine } from '#local/step-functions/interpreter/interpreter.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import type { History, Run, StartPoint } from '#local/step-functions/interpreter/run.ts';
import type { TaskCaller } from '#local/step-functions/integrations/task-caller.ts';
import type { TaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import { record } from '#local/template/json.ts';

/** Starts, stops and resumes executions. */
export interface Executions {
  /**
   * Starts an execution, or returns the running one with the same name and input. Throws AWS's error
   * if the name is taken.
   */
  start(machine: StateMachine, options: StartOptions): Execution;
  /** Runs an execution of an express machine, which is not stored. Returns when it has ended. */
  runExpress(machine: StateMachine, options: StartOptions): Promise<ExpressResult>;
  /** Aborts an execution, and returns the time in milliseconds since 1970. */
  stop(arn: string, reason: Pick<ExecutionOutcome, 'error' | 'cause'>): number;
  /** Resumes the executions that were interrupted when the host last ended. */
  resume(machines: readonly StateMachine[]): void;
  /** How many executions are running. */
  running(): number;
  /** Interrupts all running executions. They are resumed at the next start. */
  close(): void;
}

export interface StartOptions {
  /** Without a name the execution gets a random one. */
  readonly name?: string | undefined;
  /** JSON. */
  readonly input: string;
}

/** An execution of an express machine that has ended. */
export interface ExpressResult {
  readonly arn: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly stoppedAt: number;
  readonly outcome: ExecutionOutcome;
}

export interface ExecutionsSettings {
  readonly store: ExecutionStore;
  readonly clock: Clock;
  readonly tasks: TaskCaller;
  readonly tokens: TaskTokens;
}

/** The longest duration of an execution of an express machine. */
const maxExpressMs = 300_000;

/** Returns the executions in a store. */
export function createExecutions(settings: ExecutionsSettings): Executions {
  const { store, clock } = settings;
  const live = new Map<string, LiveExecution>();
  const context = { ...settings, live };
  return {
    start(machine, { name = randomUUID(), input }) {
      if (machine.type === 'EXPRESS') {
        const { execution, result } = beginExpress(context, machine, { name, input });
        result.catch(ignoreClosed);
        return execution;
      }
      const arn = executionArn(machine.arn, name);
      const existing = store.find(arn);
      if (existing !== undefined) return requireSameInput(existing, input);
      const startedAt = Math.floor(clock.now());
      store.begin({ arn, name, input, startedAt, machine: machine.arn });
      const execution = { arn, name, input, startedAt, machine: machine.arn, status: 'RUNNING' };
      runStored(context, machine, execution).catch(ignoreClosed);
      return execution;
    },
    runExpress: (machine, options) => beginExpress(context, machine, options).result,
    stop(arn, { error, cause }) {
      live.get(arn)?.abort({ status: 'ABORTED', error, cause });
      return Math.floor(clock.now());
    },
    resume(machines) {
      for (const execution of store.listRunning()) {
        const machine = machines.find(({ arn }) => arn === execution.machine);
        if (machine !== undefined && !live.has(execution.arn))
          runStored(context, machine, execution).catch(ignoreClosed);
      }
    },
    running: () => live.size,
    close() {
      for (const execution of live.values()) execution.abort('interrupted');
    },
  };
}

/** An execution that ends after the database was closed cannot be stored. It is resumed later. */
function ignoreClosed(error: unknown): void {
  if (!String(error).includes('database is not open'))
    console.error(`workflow  ! ${String(error)}`);
}

interface LiveExecution {
  /** Ends the execution with an outcome, or interrupts it until the next start of the host. */
  abort(outcome: ExecutionOutcome | 'interrupted'): void;
}

interface ExecutionsContext extends ExecutionsSettings {
  readonly live: Map<string, LiveExecution>;
}

/** Starts an execution of an express machine. Nothing of it is stored. */
function beginExpress(
  context: ExecutionsContext,
  machine: StateMachine,
  { name = randomUUID(), input }: StartOptions,
): { readonly execution: Execution; readonly result: Promise<ExpressResult> } {
  const { clock } = context;
  const startedAt = Math.floor(clock.now());
  const arn = expressArn(machine.arn, name);
  const execution = { arn, name, input, startedAt, machine: machine.arn, status: 'RUNNING' };
  const run = async (): Promise<ExpressResult> => {
    const history = createHistory(0, () => undefined);
    history.note('ExecutionStarted');
    const limitMs = Math.min(maxExpressMs, (machine.timeoutSeconds ?? Infinity) * 1000);
    const outcome = await runExecution(context, { machine, execution, history, limitMs });
    const stoppedAt = Math.floor(clock.now());
    const aborted = { status: 'ABORTED' } as const;
    const ended = outcome === 'interrupted' ? aborted : outcome;
    return { arn, name, startedAt, stoppedAt, outcome: ended };
  };
  return { execution, result: run() };
}

/** StartExecution is idempotent for a running execution with the same name and input. */
function requireSameInput(existing: Execution, input: string): Execution {
  if (existing.status === 'RUNNING' && existing.input === input) return existing;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${existing.arn}'`);
}

/** Runs an execution and stores its states, history and outcome. */
async function runStored(
  context: ExecutionsContext,
  machine: StateMachine,
  execution: Execution,
): Promise<void> {
  const { store, clock } = context;
  const { arn, input } = execution;
  const start = createStoredHistory(context, arn);
  if (execution.state === undefined)
    start.note('ExecutionStarted', { ...inputMembers(input), roleArn: machine.roleArn });
  const history = start.fork();
  // The time during which an execution was interrupted counts towards its timeout.
  const passedMs = Math.floor(clock.now()) - execution.startedAt;
  const limitMs = (machine.timeoutSeconds ?? Infinity) * 1000 - passedMs;
  const outcome = await runExecution(context, { machine, execution, history, limitMs });
  if (outcome === 'interrupted') return;
  const { status, output, error, cause } = outcome;
  // What ends an execution from outside follows no event of a state.
  const isEnd = status === 'SUCCEEDED' || status === 'FAILED';
  const details = output === undefined ? { error, cause } : outputMembers(output);
  (isEnd ? history : start).note(`Execution${endNames[status]}`, details);
  store.end(arn, outcome, Math.floor(clock.now()));
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
function createStoredHistory({ store, clock, live }: ExecutionsContext, arn: string): History {
  return createHistory(store.events(arn).length, (event) => {
    if (event.id >= maxEvents - 1) live.get(arn)?.abort(historyIsFull);
    store.addEvent(arn, { ...event, at: Math.floor(clock.now()) });
  });
}

interface ExecutionRun {
  readonly machine: StateMachine;
  readonly execution: Execution;
  readonly history: History;
  readonly limitMs: number;
}

async function runExecution(
  context: ExecutionsContext,
  { machine, execution, history, limitMs }: ExecutionRun,
): Promise<ExecutionOutcome | 'interrupted'> {
  const { live, store } = context;
  const { arn } = execution;
  const stopped = new AbortController();
  let abortOutcome: ExecutionOutcome | 'interrupted' | undefined;
  const abort = (outcome: ExecutionOutcome | 'interrupted'): void => {
    abortOutcome = outcome;
    stopped.abort(new StatesError('States.Aborted', ''));
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
        resumed: findResumePoint(execution),
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
function findResumePoint({ state, enteredAt }: Execution): StartPoint['resumed'] {
  return state === undefined || enteredAt === undefined ? undefined : { state, enteredAt };
}

function createRun(
  { clock, tasks, tokens, store }: ExecutionsContext,
  machine: StateMachine,
  execution: Execution,
  signal: AbortSignal,
): Run {
  const { arn, name, input, startedAt } = execution;
  return {
    clock,
    signal,
    region: arn.split(':')[3] ?? '',
    context: {
      Execution: {
        Id: arn,
        Input: parseStateJson(input),
        StartTime: new Date(startedAt).toISOString(),
        Name: name,
        RoleArn: machine.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    },
    call: (resource, parameters) => tasks.call(resource, parameters),
    openToken: () => tokens.open(),
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
