import type { TaskEntryJson } from '#protocol/task/task-schema.ts';
import type { StateKind } from '../parts/state.tsx';

type TaskStatus = TaskEntryJson['status'];
export type TaskCallback = NonNullable<TaskEntryJson['callback']>;

/** Returns whether a task, or its callback, goes on. */
export function isUnfinished({
  status,
  callback,
}: Pick<TaskEntryJson, 'status' | 'callback'>): boolean {
  return status === 'queued' || status === 'running' || callback?.status === 'pending';
}

/** How each state of a task looks. */
export const stateKinds: Readonly<Record<TaskStatus, StateKind>> = {
  queued: 'idle',
  running: 'run',
  succeeded: 'good',
  failed: 'bad',
};

/** The state of a callback. One that is sent again has not failed yet. */
export type CallbackState = TaskCallback['status'] | 'retrying';

/** Returns the state of a callback. */
export function callbackState({ status, problem }: TaskCallback): CallbackState {
  return status === 'pending' && problem !== undefined ? 'retrying' : status;
}

/** How each state of a callback looks. */
export const callbackKinds: Readonly<Record<CallbackState, StateKind>> = {
  waiting: 'idle',
  pending: 'run',
  retrying: 'wait',
  delivered: 'good',
  failed: 'bad',
};
