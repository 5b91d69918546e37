import type { Clock } from '#local/process/clock.ts';
import type { TaskResource } from '#local/step-functions/definition/resources.ts';
import type { Json } from '#local/template/json.ts';

/** An execution, as its states see it. */
export interface Run {
  readonly clock: Clock;
  /** Aborted when the execution is stopped or its time is up. */
  readonly signal: AbortSignal;
  /** `$$`: the execution and its machine. */
  readonly context: Json;
  /** Calls what a Task names. */
  call(resource: TaskResource, parameters: unknown): Promise<unknown>;
  /** A token by which somebody else tells that a task is done, and the wait for it. */
  openToken(): TaskToken;
  /** Waits for the end of an execution that was started, and gives what DescribeExecution does. */
  ended(executionArn: string): Promise<Json>;
}

export interface TaskToken {
  readonly token: string;
  /** Resolves with the output; rejects with a `StatesError`. */
  readonly done: Promise<unknown>;
  /** Rejects when no heartbeat came for so long. */
  heartbeat(seconds: number): Promise<never>;
  close(): void;
}

/** The history of one thread of an execution: each event knows the one before it. */
export interface Trail {
  add(type: string, details: Json): void;
  /** A thread that begins here. */
  fork(): Trail;
}

/** Where a machine begins, and what it knows there. */
export interface Beginning {
  readonly input: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
  /** Members of the context beside those of the execution. */
  readonly context: Json;
  /** Where an execution goes on that was interrupted, and since when it has been there. */
  readonly resumed?: { readonly state: string; readonly enteredAt: number } | undefined;
  readonly trail: Trail;
  /** Called before each state, with what is needed to begin there again. */
  onState?(state: string, input: unknown, variables: ReadonlyMap<string, unknown>): void;
}
