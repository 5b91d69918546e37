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

/** Returns how a callback looks. One that is sent again has not failed yet. */
export function callbackKind({ status, problem }: TaskCallback): StateKind {
  switch (status) {
    case 'waiting':
      return 'idle';
    case 'pending':
      return problem === undefined ? 'run' : 'wait';
    case 'delivered':
      return 'good';
    case 'failed':
      return 'bad';
  }
}
