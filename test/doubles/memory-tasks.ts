import { idempotencyKeyReused } from '#domain/conversation/conversation-errors.ts';
import type { Task, TaskKey, Tasks } from '#domain/task/task.ts';

/** Tasks in memory, with the same behaviour as the ones in DynamoDB. */
export function createMemoryTasks(): Tasks {
  const tasks = new Map<string, Task>();
  return {
    async submit(task) {
      const existing = tasks.get(idOf(task));
      if (existing === undefined) tasks.set(idOf(task), task);
      else if (existing.fingerprint !== task.fingerprint) throw idempotencyKeyReused();
      return existing ?? task;
    },
    async find(key) {
      return tasks.get(idOf(key));
    },
    async list(owner, { limit }) {
      const own = [...tasks.values()].filter((task) => task.owner === owner);
      return { items: own.toReversed().slice(0, limit) };
    },
    async remove(task) {
      const { state, startedAtMs } = tasks.get(idOf(task)) ?? task;
      if (state !== task.state || startedAtMs !== task.startedAtMs) return false;
      tasks.delete(idOf(task));
      return true;
    },
    async change(key, change, { states, callback }) {
      const task = tasks.get(idOf(key));
      if (task === undefined || !states.includes(task.state)) return undefined;
      const { attempts, state } = callback ?? task.callback ?? {};
      if (task.callback?.attempts !== attempts || task.callback?.state !== state) return undefined;
      const { error, finishedAtMs, ...others } = { ...task, ...change };
      const changed = {
        ...others,
        ...(error === undefined ? {} : { error }),
        ...(finishedAtMs === undefined ? {} : { finishedAtMs }),
      };
      tasks.set(idOf(key), changed);
      return changed;
    },
  };
}

function idOf({ owner, taskId }: TaskKey): string {
  return JSON.stringify([owner, taskId]);
}
