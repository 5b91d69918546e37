import type { ErrorCode } from '#domain/errors.ts';

export type TaskState = 'queued' | 'running' | 'succeeded' | 'failed';

export interface TaskKey {
  readonly owner: string;
  readonly taskId: string;
}

/** Whom to tell that a task has ended, and how far that has come. */
export interface Callback {
  readonly url: string;
  /** It waits for the task, then for its delivery. */
  readonly state: 'waiting' | 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** Why the last attempt came to nothing, for whoever set the callback up. */
  readonly problem?: string;
  /** Nobody sends it again before this time. */
  readonly waitUntilMs?: number;
}

/** A turn that nobody waits for. Its answer is kept as a turn's is. */
export interface Task extends TaskKey {
  readonly state: TaskState;
  /** What is asked, as it was sent. */
  readonly request: string;
  /** Tells requests apart that come with the same key. */
  readonly fingerprint: string;
  readonly createdAtMs: number;
  /** When it may be forgotten. */
  readonly expiresAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly error?: TaskError;
  readonly callback?: Callback;
}

export interface TaskError {
  readonly code: ErrorCode;
  readonly message: string;
  /** What was in the way may be gone later: the task begins anew when it is delivered again. */
  readonly mayPass?: true;
}

/** What a step of a task's life changes; what is named and undefined is gone. */
export type TaskChange = Partial<Pick<Task, 'state' | 'startedAtMs' | 'callback'>> & {
  readonly finishedAtMs?: number | undefined;
  readonly error?: TaskError | undefined;
};

/** Under what a task may be changed: all of it must hold, as it was last seen. */
export interface TaskCondition {
  readonly states: readonly TaskState[];
  /** As the callback was when it was read. */
  readonly callback?: Callback | undefined;
}

/** Keeps tasks, one owner's at a time. */
export interface Tasks {
  /**
   * Keeps a task. One with this id that was kept before stays, and is given. Throws
   * `idempotency_mismatch` where that one asks something else.
   */
  submit(task: Task): Promise<Task>;
  find(key: TaskKey): Promise<Task | undefined>;
  /** Changes a task, and gives it; undefined, with nothing changed, where the condition fails. */
  change(key: TaskKey, change: TaskChange, condition: TaskCondition): Promise<Task | undefined>;
}

/** Where tasks wait: for a worker, or for their callback. It may give one more than once. */
export interface TaskQueue {
  send(key: TaskKey): Promise<void>;
}

/** What comes of one delivery from a queue. */
export type Delivered =
  | { readonly type: 'done' }
  /** It is to be delivered again, after about so long. */
  | { readonly type: 'again'; readonly afterSeconds: number };

/** The conversation that a task's turn is in. No door takes an id with a dot. */
export function taskConversation({ owner, taskId }: TaskKey): {
  readonly owner: string;
  readonly conversationId: string;
} {
  return { owner, conversationId: `task.${taskId}` };
}

export function hasEnded({ state }: Task): boolean {
  return state === 'succeeded' || state === 'failed';
}

/** Whether a task failed of what may be gone by now. */
export function mayBegin({ state, error }: Task): boolean {
  return state === 'failed' && error?.mayPass === true;
}

/** A worker that died is followed by another within half an hour, or by nobody any more. */
const lostAfterMs = 3_600_000;

/** Whether nobody can be at a task any more, though its last worker could not say so. */
export function isLost({ state, startedAtMs }: Task, nowMs: number): boolean {
  return state === 'running' && startedAtMs !== undefined && startedAtMs + lostAfterMs < nowMs;
}
