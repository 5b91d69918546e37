import { fromTaskItem, toTaskItem } from '#aws/task/task-items.ts';
import { hasChange, toStateUpdate } from '#aws/dynamo/change.ts';
import { taskKey } from '#aws/dynamo/keys.ts';
import { listNewest, removeUnchanged } from '#aws/dynamo/owned-items.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { idempotencyKeyReused } from '#domain/conversation/conversation-errors.ts';
import type {
  Callback,
  Task,
  TaskChange,
  TaskCondition,
  TaskKey,
  Tasks,
} from '#domain/task/task.ts';

/** Returns the tasks in a table, with one item for each. */
export function createDynamoTasks(table: Table): Tasks {
  const find = (key: TaskKey): Promise<Task | undefined> => findTask(table, key);
  return {
    find,
    change: (key, change, condition) => changeTask(table, key, change, condition),
    async list(owner, page) {
      const { items: ids, ...rest } = await listNewest(table, owner, prefix, page);
      const found = await Promise.all(ids.map((taskId) => find({ owner, taskId })));
      return { items: found.filter((task) => task !== undefined), ...rest };
    },
    remove: (task) =>
      removeUnchanged(table, taskKey(task), task, { startedAtMs: task.startedAtMs }),
    async submit(task) {
      try {
        await table.put({
          Item: { ...taskKey(task), ...toTaskItem(task) },
          ConditionExpression: 'attribute_not_exists(pk)',
        });
        return task;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
      const before = await find(task);
      if (before === undefined) throw new Error('The existing task could not be read');
      if (before.fingerprint === task.fingerprint) return before;
      throw idempotencyKeyReused();
    },
  };
}

/** The beginning of the sort keys of tasks. */
const prefix = taskKey({ owner: '', taskId: '' }).sk;

async function findTask(table: Table, key: TaskKey): Promise<Task | undefined> {
  const item = await table.get({ Key: taskKey(key), ConsistentRead: true });
  return item === undefined ? undefined : fromTaskItem(key, item);
}

async function changeTask(
  table: Table,
  key: TaskKey,
  change: TaskChange,
  { states, callback }: TaskCondition,
): Promise<Task | undefined> {
  const update = toStateUpdate(change, states);
  const unchanged = callback === undefined ? undefined : sameCallbackCondition(callback);
  try {
    const attributes = await table.update({
      Key: taskKey(key),
      ...update,
      ...(unchanged === undefined
        ? {}
        : {
            ConditionExpression: `${update.ConditionExpression} AND ${unchanged.condition}`,
            ExpressionAttributeValues: {
              ...update.ExpressionAttributeValues,
              ...unchanged.values,
            },
          }),
      ReturnValues: 'ALL_NEW',
    });
    return fromTaskItem(key, attributes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // Another delivery may have claimed the callback in the same way.
    if (callback !== undefined) return undefined;
    const stored = await findTask(table, key);
    return hasChange(stored, change) ? stored : undefined;
  }
}

/**
 * Returns the condition that the callback has not changed. `state` is a reserved word of DynamoDB;
 * every change has a placeholder for it. `callback` is not reserved.
 */
function sameCallbackCondition({ attempts, state }: Callback): {
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
} {
  return {
    condition: 'callback.attempts = :attempts AND callback.#state = :was',
    values: { ':attempts': attempts, ':was': state },
  };
}
