import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import type { ErrorCode } from '#domain/errors.ts';

export type TaskState = 'queued' | 'running' | 'succeeded' | 'failed';

export interface TaskKey {
  readonly owner: string;
  readonly taskId: string;
}

/** The webhook for the end of a task, and its delivery. */
export interface Callback {
  readonly url: string;
  /** `waiting` until the task ends, then `pending` until it is delivered. */
  readonly state: 'waiting' | 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** Why the last attempt failed, for the owner of the callback. */
  readonly problem?: string;
  /** The callback is not sent again before this time. */
  readonly waitUntilMs?: number;
}

/** A turn that runs in the background. Its answer is stored as a turn's. */
export interface Task extends TaskKey {
  readonly state: TaskState;
  /** The body of the request, as it was sent. */
  readonly request: string;
  /** Distinguishes requests with the same key. */
  readonly fingerprint: string;
  readonly createdAtMs: number;
  /** When the task may be deleted. */
  readonly expiresAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly error?: TaskError;
  readonly callback?: Callback;
}

export interface TaskError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The error may be temporary: the task starts again when it is delivered again. */
  readonly isRetryable?: true;
}

/** The attributes that a change sets; one that is undefined is removed. */
export type TaskChange = Partial<Pick<Task, 'state' | 'startedAtMs' | 'callback'>> & {
  readonly finishedAtMs?: number | undefined;
  readonly error?: TaskError | undefined;
};

/** A change applies only if the task is as it was last read. */
export interface TaskCondition {
  readonly states: readonly TaskState[];
  /** The callback as it was last read. */
  readonly callback?: Callback | undefined;
}

/** Stores tasks. Every call reaches one owner's tasks only. */
export interface Tasks {
  /**
   * Stores a task and returns it. Returns the stored one if the id already exists. Throws
   * `idempotency_mismatch` if that is a different request.
   */
  submit(task: Task): Promise<Task>;
  find(key: TaskKey): Promise<Task | undefined>;
  /** Returns a page of the owner's tasks, newest first. */
  list(owner: string, page: PageRequest): Promise<Page<Task>>;
  /** Changes a task and returns it; undefined, without a change, if the condition fails. */
  change(key: TaskKey, change: TaskChange, condition: TaskCondition): Promise<Task | undefined>;
  /** Removes a task that is as it was read. Returns false if it has changed. */
  remove(task: Task): Promise<boolean>;
}

/** A queue of tasks, for a worker or for callbacks. It may deliver a task more than once. */
export interface TaskQueue {
  send(key: TaskKey): Promise<void>;
}

/** The outcome of one delivery from a queue. */
export type DeliveryOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'retry'; readonly afterSeconds: number };

/** Returns the conversation of a task's turn. No route accepts an id with a dot. */
export function taskConversation({ owner, taskId }: TaskKey): {
  readonly owner: string;
  readonly conversationId: string;
} {
  return { owner, conversationId: `task.${taskId}` };
}

/** Returns whether a task has succeeded or failed. */
export function hasEnded({ state }: Task): boolean {
  return state === 'succeeded' || state === 'failed';
}

/** Returns whether a task failed with an error that may be temporary. */
export function isRetryable({ state, error }: Task): boolean {
  return state === 'failed' && error?.isRetryable === true;
}

/** After a worker has crashed, its message is delivered again within half an hour. */
const lostAfterMs = 3_600_000;

/** Returns whether the worker has crashed: the task has been running for over an hour. */
export function isLost({ state, startedAtMs }: Task, nowMs: number): boolean {
  return state === 'running' && startedAtMs !== undefined && startedAtMs + lostAfterMs < nowMs;
}
