import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import type {
  Execution,
  ExecutionOrigin,
  ExecutionOutcome,
} from '#local/step-functions/execution-store.ts';
import { maxExpressSeconds } from '#local/step-functions/distributed/map-run-executions.ts';
import { createHistory } from '#local/step-functions/history.ts';
import { executionArn, expressArn } from '#local/step-functions/machines/arns.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { inputMembers } from '#local/step-functions/interpreter/event-details.ts';
import {
  noteEnd,
  runExecution,
  runStored,
  type LiveExecution,
  type RunContext,
} from '#local/step-functions/run-execution.ts';

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
  /** Lets an execution that has ended continue in its last state. Returns the time in milliseconds. */
  redrive(machine: StateMachine, arn: string): number;
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
  /** The version and the alias by which it is started. */
  readonly origin?: ExecutionOrigin | undefined;
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

/** Returns the executions in a store. */
export function createExecutions(settings: Omit<RunContext, 'live'>): Executions {
  const { store, clock } = settings;
  const live = new Map<string, LiveExecution>();
  const context: RunContext = { ...settings, live };
  return {
    start(machine, { name = randomUUID(), input, origin }) {
      if (machine.type === 'EXPRESS') {
        const { execution, result } = beginExpress(context, machine, { name, input });
        result.catch(ignoreClosed);
        return execution;
      }
      const arn = executionArn(machine.arn, name);
      const existing = store.find(arn);
      if (existing !== undefined) return requireSameInput(existing, input);
      const startedAt = Math.floor(clock.now());
      const begun = { arn, name, input, startedAt, machine: machine.arn };
      store.begin(begun, origin);
      const execution = { ...begun, ...origin, status: 'RUNNING' };
      runStored(context, machine, { execution }).catch(ignoreClosed);
      return execution;
    },
    runExpress: (machine, options) => beginExpress(context, machine, options).result,
    stop(arn, { error, cause }) {
      live.get(arn)?.abort({ status: 'ABORTED', error, cause });
      return Math.floor(clock.now());
    },
    redrive(machine, arn) {
      const at = Math.floor(clock.now());
      store.redrive(arn, at);
      const execution = store.find(arn);
      if (execution !== undefined)
        runStored(context, machine, { execution, isRedriven: true }).catch(ignoreClosed);
      return at;
    },
    resume(machines) {
      for (const execution of store.listRunning()) {
        const machine = machines.find(({ arn }) => arn === execution.machine);
        if (machine !== undefined && !live.has(execution.arn))
          runStored(context, machine, { execution }).catch(ignoreClosed);
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

/** Starts an execution of an express machine. Nothing of it is stored. */
function beginExpress(
  context: RunContext,
  machine: StateMachine,
  { name = randomUUID(), input }: StartOptions,
): { readonly execution: Execution; readonly result: Promise<ExpressResult> } {
  const { clock } = context;
  const startedAt = Math.floor(clock.now());
  const arn = expressArn(machine.arn, name);
  const execution = { arn, name, input, startedAt, machine: machine.arn, status: 'RUNNING' };
  const run = async (): Promise<ExpressResult> => {
    const source = { machine, executionArn: arn, redriveCount: 0 };
    const start = createHistory(0, (event) =>
      context.log.write(source, { ...event, at: Math.floor(clock.now()) }),
    );
    start.note('ExecutionStarted', { ...inputMembers(input), roleArn: machine.roleArn });
    const history = start.fork();
    const limitMs = Math.min(maxExpressSeconds, machine.timeoutSeconds ?? Infinity) * 1000;
    const outcome = await runExecution(context, { machine, execution, history, limitMs });
    noteEnd(history, outcome === 'interrupted' ? { status: 'ABORTED' } : outcome);
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
