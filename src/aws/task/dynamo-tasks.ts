import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fromTaskItem, toTaskItem } from '#aws/task/task-items.ts';
import { changeOf } from '#aws/dynamo/change.ts';
import { taskKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { idempotencyKeyReused } from '#domain/conversation/conversation-errors.ts';
import type {
  Callback,
  Task,
  TaskChange,
  TaskCondition,
  TaskKey,
  Tasks,
} from '#domain/task/task.ts';

/** Tasks in the table, an item each. */
export function createDynamoTasks(table: Table): Tasks {
  const find = (key: TaskKey): Promise<Task | undefined> => findTask(table, key);
  return {
    find,
    change: (key, change, condition) => changeTask(table, key, { change, condition }),
    async submit(task) {
      const { client, tableName } = table;
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...taskKey(task), ...toTaskItem(task) },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return task;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      const before = await find(task);
      if (before === undefined) throw new Error('A task that is there could not be read');
      if (before.fingerprint === task.fingerprint) return before;
      throw idempotencyKeyReused();
    },
  };
}

async function findTask({ client, tableName }: Table, key: TaskKey): Promise<Task | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: taskKey(key), ConsistentRead: true }),
  );
  return Item === undefined ? undefined : fromTaskItem(key, Item);
}

interface Changing {
  readonly change: TaskChange;
  readonly condition: TaskCondition;
}

async function changeTask(
  { client, tableName }: Table,
  key: TaskKey,
  { change, condition: { states, callback } }: Changing,
): Promise<Task | undefined> {
  const update = changeOf(change, states);
  const asBefore = callback === undefined ? undefined : sameCallback(callback);
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: taskKey(key),
        ...update,
        ...(asBefore === undefined
          ? {}
          : {
              ConditionExpression: `${update.ConditionExpression} AND ${asBefore.condition}`,
              ExpressionAttributeValues: {
                ...update.ExpressionAttributeValues,
                ...asBefore.values,
              },
            }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes === undefined ? undefined : fromTaskItem(key, Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** `callback` is no word that DynamoDB keeps for itself; `state` is, and named by every change. */
function sameCallback({ attempts, state }: Callback): {
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
} {
  return {
    condition: 'callback.attempts = :attempts AND callback.#state = :was',
    values: { ':attempts': attempts, ':was': state },
  };
}
