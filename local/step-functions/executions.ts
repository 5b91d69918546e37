import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { clampTimerMs, type Clock } from '#local/process/clock.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import type { Ending, Execution, ExecutionStore } from '#local/step-functions/execution-store.ts';
import { toStatesError } from '#local/step-functions/interpreter/guards.ts';
import { runMachine } from '#local/step-functions/interpreter/interpreter.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import type { Beginning, Run, Trail } from '#local/step-functions/interpreter/run.ts';
import type { Tasks } from '#local/step-functions/interpreter/tasks.ts';
import type { Tokens } from '#local/step-functions/interpreter/tokens.ts';
import { record, type Json } from '#local/template/json.ts';

/** Starts, stops and resumes executions. */
export interface Executions {
  /** Starts an execution, or gives the one of that name that has the same input. */
  start(machine: StateMachine, starting: Starting): Execution;
  /** Runs an execution of an express machine and waits for its end; it is not kept. */
  runExpress(machine: StateMachine, starting: Starting): Promise<ExpressResult>;
  stop(arn: string, ending: Pick<Ending, 'error' | 'cause'>): number;
  /** Goes on with those that ran when the system last ended. */
  resume(machines: readonly StateMachine[]): void;
  close(): void;
}

export interface Starting {
  readonly name?: string | undefined;
  /** In JSON. */
  readonly input: string;
}

export interface ExpressResult {
  readonly arn: string;
  readonly name: string;
  readonly startedAt: number;
  readonly stoppedAt: number;
  readonly ending: Ending;
}

export interface ExecutionsSettings {
  readonly store: ExecutionStore;
  readonly clock: Clock;
  readonly tasks: Tasks;
  readonly tokens: Tokens;
}

/** How long an execution of an express machine may take. */
const expressMs = 300_000;

export function createExecutions(settings: ExecutionsSettings): Executions {
  const { store, clock } = settings;
  const live = new Map<string, Live>();
  const working = { ...settings, live };
  return {
    start(machine, { name = randomUUID(), input }) {
      const arn = executionArn(machine, name);
      const before = store.find(arn);
      if (before !== undefined) return sameExecution(before, input);
      const startedAt = Math.floor(clock.now());
      store.begin({ arn, name, input, startedAt, machine: machine.arn });
      const execution = { arn, name, input, startedAt, machine: machine.arn, status: 'RUNNING' };
      runKept(working, machine, execution).catch(ignoreClosed);
      return execution;
    },
    async runExpress(machine, { name = randomUUID(), input }) {
      const startedAt = Math.floor(clock.now());
      const arn = `${executionArn(machine, name)}:${randomUUID()}`;
      const execution = { arn, name, input, startedAt, machine: machine.arn, status: 'RUNNING' };
      const trail: Trail = { add: () => undefined, fork: () => trail };
      const limitMs = Math.min(expressMs, (machine.timeoutSeconds ?? Infinity) * 1000);
      const ending = await carryOut(working, { machine, execution, trail, limitMs });
      const stoppedAt = Math.floor(clock.now());
      const aborted: Ending = { status: 'ABORTED' };
      return { arn, name, startedAt, stoppedAt, ending: ending === 'left' ? aborted : ending };
    },
    stop(arn, { error, cause }) {
      const running = live.get(arn);
      running?.abort({ status: 'ABORTED', error, cause });
      return Math.floor(clock.now());
    },
    resume(machines) {
      for (const execution of store.running()) {
        const machine = machines.find(({ arn }) => arn === execution.machine);
        if (machine !== undefined && !live.has(execution.arn))
          runKept(working, machine, execution).catch(ignoreClosed);
      }
    },
    close() {
      // Left as they are, so that they go on at the next start.
      for (const running of live.values()) running.abort('left');
    },
  };
}

/** What ends while the system does has no database to be written to: it goes on at the next start. */
function ignoreClosed(error: unknown): void {
  if (!String(error).includes('database is not open'))
    console.error(`workflow  ! ${String(error)}`);
}

interface Live {
  /** Ends it, or leaves it for the next start of the system. */
  abort(how: Ending | 'left'): void;
}

interface Working extends ExecutionsSettings {
  readonly live: Map<string, Live>;
}

function executionArn({ arn }: StateMachine, name: string): string {
  return `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** The same name and input mean the same execution. */
function sameExecution(before: Execution, input: string): Execution {
  if (before.status === 'RUNNING' && before.input === input) return before;
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${before.arn}'`);
}

/** Runs an execution whose way is kept on disk. */
async function runKept(
  working: Working,
  machine: StateMachine,
  execution: Execution,
): Promise<void> {
  const { store, clock } = working;
  const { arn, input } = execution;
  const trail = createTrail(working, arn);
  if (execution.state === undefined)
    trail.add('ExecutionStarted', { input, roleArn: machine.roleArn });
  // After an interruption, the time that has passed counts.
  const passedMs = Math.floor(clock.now()) - execution.startedAt;
  const limitMs = (machine.timeoutSeconds ?? Infinity) * 1000 - passedMs;
  const ending = await carryOut(working, { machine, execution, trail, limitMs });
  if (ending === 'left') return;
  const { status, output, error, cause } = ending;
  const type = {
    SUCCEEDED: 'Succeeded',
    FAILED: 'Failed',
    TIMED_OUT: 'TimedOut',
    ABORTED: 'Aborted',
  }[status];
  trail.add(`Execution${type}`, output === undefined ? { error, cause } : { output });
  store.end(arn, ending, Math.floor(clock.now()));
}

/** Events are numbered from one; each thread remembers its last. */
function createTrail({ store, clock }: Working, arn: string): Trail {
  let count = store.events(arn).length;
  const threadFrom = (start: number): Trail => {
    let previous = start;
    return {
      add(type, details) {
        count += 1;
        const at = Math.floor(clock.now());
        store.addEvent(arn, { id: count, previous, at, type, details: JSON.stringify(details) });
        previous = count;
      },
      fork: () => threadFrom(previous),
    };
  };
  return threadFrom(count);
}

interface CarryingOut {
  readonly machine: StateMachine;
  readonly execution: Execution;
  readonly trail: Trail;
  readonly limitMs: number;
}

async function carryOut(working: Working, carrying: CarryingOut): Promise<Ending | 'left'> {
  const { machine, execution, trail, limitMs } = carrying;
  const { live, store } = working;
  const { arn } = execution;
  const stopped = new AbortController();
  let how: Ending | 'left' | undefined;
  const abort = (ending: Ending | 'left'): void => {
    how = ending;
    stopped.abort(new StatesError('States.Aborted', ''));
  };
  live.set(arn, { abort });
  const timer = Number.isFinite(limitMs)
    ? setTimeout(
        () => abort({ status: 'TIMED_OUT', error: 'States.Timeout' }),
        clampTimerMs(limitMs),
      )
    : undefined;
  try {
    const output = await runMachine(
      machine.machine,
      {
        trail,
        input: JSON.parse(execution.stateInput ?? execution.input),
        variables: new Map(Object.entries(record(JSON.parse(execution.variables ?? '{}')))),
        context: {},
        resumed: resumedIn(execution),
        onState(state, input, variables) {
          const known = {
            input: JSON.stringify(input),
            variables: JSON.stringify(Object.fromEntries(variables)),
          };
          store.reach(arn, state, { ...known, enteredAt: Math.floor(working.clock.now()) });
        },
      },
      createRun(working, { machine, execution, signal: stopped.signal }),
    );
    return { status: 'SUCCEEDED', output: JSON.stringify(output) };
  } catch (thrown) {
    if (how !== undefined) return how;
    const { error, causeText: cause } = toStatesError(thrown);
    return { status: 'FAILED', error, cause };
  } finally {
    clearTimeout(timer);
    live.delete(arn);
  }
}

/** Where an execution that was interrupted goes on. */
function resumedIn({ state, enteredAt }: Execution): Beginning['resumed'] {
  return state === undefined || enteredAt === undefined ? undefined : { state, enteredAt };
}

interface RunParts {
  readonly machine: StateMachine;
  readonly execution: Execution;
  readonly signal: AbortSignal;
}

function createRun(
  { clock, tasks, tokens, store }: Working,
  { machine, execution, signal }: RunParts,
): Run {
  const { arn, name, input, startedAt } = execution;
  return {
    clock,
    signal,
    context: {
      Execution: {
        Id: arn,
        Input: JSON.parse(input),
        Name: name,
        RoleArn: machine.roleArn,
        StartTime: new Date(startedAt).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    },
    call: (resource, parameters) => tasks.call(resource, parameters),
    openToken: () => tokens.open(),
    async ended(startedArn): Promise<Json> {
      for (;;) {
        const found = store.find(startedArn);
        if (found === undefined)
          throw new StatesError('States.Runtime', `There is no execution ${startedArn}`);
        if (found.status !== 'RUNNING') return found;
        await new Promise((resolve) => setTimeout(resolve, 25));
        signal.throwIfAborted();
      }
    },
  };
}
