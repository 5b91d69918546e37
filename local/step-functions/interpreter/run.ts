import type { Clock } from '#local/process/clock.ts';
import type { TaskResource } from '#local/step-functions/definition/resources.ts';
import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import type { Frame } from '#local/step-functions/interpreter/frame.ts';
import type { MapRuns } from '#local/step-functions/distributed/map-run.ts';
import type { Objects } from '#local/step-functions/distributed/objects.ts';
import type { Execution } from '#local/step-functions/execution-store.ts';
import type { Json } from '#local/template/json.ts';

/** The parts of an execution that its states use. */
export interface Run {
  readonly clock: Clock;
  /** The Region that events name. */
  readonly region: string;
  /** Aborted when the execution is stopped or times out. */
  readonly signal: AbortSignal;
  /** The value of `$$` that describes the execution and its machine. */
  readonly context: Json;
  /** Calls the resource of a Task. Throws a `StatesError`. */
  call(resource: TaskResource, parameters: unknown): Promise<unknown>;
  /** Creates a token with which another program reports that a task is done. */
  openToken(): TaskToken;
  /** Waits until another execution has ended, and returns it. */
  waitForExecution(executionArn: string): Promise<Execution>;
  readonly mapRuns: MapRuns;
  readonly objects: Objects;
  /** What TestState returns in place of what a state would do outside. */
  readonly mock?: StateMock | undefined;
}

/** What stands for the work of a state. Both return its result, or throw the error of its work. */
export interface StateMock {
  /** Stands for the call of a Task. */
  task(parameters: unknown): unknown;
  /** Stands for the branches of a Parallel state, or the items of a Map state. */
  fanOut(state: StateOf<'Map'> | StateOf<'Parallel'>, frame: Frame): Promise<unknown>;
}

/** Why a signal is aborted when the host ends: the execution continues at the next start. */
export class Interruption extends StatesError {}

/** Returns whether a signal was aborted because the host ends. */
export function isInterruption(reason: unknown): boolean {
  return reason instanceof Interruption;
}

/** A token that is open, and the wait for it. */
export interface TaskToken {
  readonly token: string;
  /** Resolves with the output; rejects with a `StatesError`. */
  readonly done: Promise<unknown>;
  /** Rejects when no heartbeat has arrived for this long. */
  heartbeat(seconds: number): Promise<never>;
  close(): void;
}

/** The history of one branch of an execution. Each event refers to the one before it. */
export interface History {
  /** Adds an event and returns its id. The next event refers to it. */
  add(type: string, details?: Json): number;
  /** Adds an event and returns its id. The next event refers to the same one as this event. */
  note(type: string, details?: Json): number;
  /** Returns the id of the event that the next one refers to. */
  last(): number;
  /** Lets the next event refer to an event of another branch. */
  continueAfter(id: number): void;
  /** Returns the history of a branch that starts after the last event. */
  fork(): History;
}

/** A state in which an execution continues. */
export interface ResumePoint {
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly enteredAt: number;
  /** Whether the execution had ended there, and is redriven. */
  readonly isRedriven: boolean;
}

/** Where a machine starts, with which data. */
export interface StartPoint {
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  /** Members of the context in addition to those of the execution. */
  readonly context: Json;
  /** The state in which an interrupted execution continues, and when it was entered. */
  readonly resumed?: ResumePoint | undefined;
  readonly history: History;
  /** Called before each state, with the data that is needed to resume there. */
  onState?(state: string, input: unknown, variables: ReadonlyMap<string, unknown>): void;
}
