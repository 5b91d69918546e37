import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fromTaskItem, toTaskItem } from '#aws/dynamo-task-items.ts';
import { taskKey } from '#aws/dynamo-keys.ts';
import type { Table } from '#aws/dynamo-table.ts';
import { keyUsedOtherwise } from '#domain/conversation-errors.ts';
import type { Task, TaskChange, TaskCondition, TaskKey, Tasks } from '#domain/task.ts';

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
      throw keyUsedOtherwise();
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
  const changes = Object.entries(change);
  const isIn = states.map((_, index) => `:in${index}`).join(', ');
  const { attempts, state } = callback ?? {};
  const sameCallback =
    callback === undefined ? '' : ' AND #callback.attempts = :attempts AND #callback.#state = :was';
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: taskKey(key),
        ConditionExpression: `#state IN (${isIn})${sameCallback}`,
        UpdateExpression: `SET ${changes.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
        ExpressionAttributeNames: {
          '#state': 'state',
          ...(callback === undefined ? {} : { '#callback': 'callback' }),
          ...Object.fromEntries(changes.map(([name], index) => [`#n${index}`, name])),
        },
        ExpressionAttributeValues: {
          ...(callback === undefined ? {} : { ':attempts': attempts, ':was': state }),
          ...Object.fromEntries(states.map((one, index) => [`:in${index}`, one])),
          ...Object.fromEntries(changes.map(([, value], index) => [`:v${index}`, value])),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes === undefined ? undefined : fromTaskItem(key, Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
