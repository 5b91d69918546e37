import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { logKey, logsPartition, type DynamoKey } from '#aws/dynamo/keys.ts';
import { toExpiry, type Table } from '#aws/dynamo/table.ts';
import { fromLogItem } from '#aws/conversation/conversation-items.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import type { LogEntry, Marks, TurnLog } from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/**
 * Logs of turns as items of the table, one for each entry. A slot that is not written yet can be
 * marked `stop` or `sealed`: the write that fills it reads the one and fails on the other.
 */
export function createDynamoTurnLog(table: Table): TurnLog {
  return {
    append: (key, entry) => append(table, key, entry),
    marks: (key, slot) => readMarks(table, key, slot),
    async requestStop(key, expiresAtMs) {
      await mark(table, key, { name: 'stop', expiresAtMs });
    },
    read: (key, afterSlot) => readEntries(table, key, afterSlot),
    async seal(key, expiresAtMs) {
      await mark(table, key, { name: 'sealed', expiresAtMs });
      return readEntries(table, key, 0);
    },
  };
}

async function append(
  { client, tableName }: Table,
  key: TurnKey,
  { slot, events, expiresAtMs }: Parameters<TurnLog['append']>[1],
): Promise<Marks> {
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: logKey(key, slot),
        ConditionExpression: 'attribute_not_exists(sealed)',
        UpdateExpression: 'SET events = :events, slot = :slot, expiresAt = :expiry',
        ExpressionAttributeValues: {
          ':events': events,
          ':slot': slot,
          ':expiry': toExpiry(expiresAtMs),
        },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return { stopRequested: Attributes?.['stop'] === true };
  } catch (error) {
    throw orTakenOver(error);
  }
}

async function readMarks({ client, tableName }: Table, key: TurnKey, slot: number): Promise<Marks> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: logKey(key, slot), ConsistentRead: true }),
  );
  if (Item?.['sealed'] === true) throw turnAlreadyEnded();
  return { stopRequested: Item?.['stop'] === true };
}

interface Mark {
  readonly name: 'stop' | 'sealed';
  readonly expiresAtMs: number;
}

/**
 * Marks the slot that is written next. The writer may be quicker: then more slots at once are
 * marked, each after the last one written, until he meets one.
 */
async function mark(table: Table, key: TurnKey, given: Mark): Promise<void> {
  for (let width = 1; ; width *= 2) {
    const last = await lastSlot(table, key, 2 * width);
    const slots = Array.from({ length: width }, (_, index) => last + 1 + index);
    const marked = await Promise.all(
      slots.map((slot) => markSlot(table, logKey(key, slot), given)),
    );
    if (marked.includes(true)) return;
  }
}

/** Whether the slot was free to be marked. */
async function markSlot(
  { client, tableName }: Table,
  Key: DynamoKey,
  { name, expiresAtMs }: Mark,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { ...Key },
        ConditionExpression: 'attribute_not_exists(events)',
        UpdateExpression: 'SET #mark = :true, expiresAt = :expiry',
        ExpressionAttributeNames: { '#mark': name },
        ExpressionAttributeValues: { ':true': true, ':expiry': toExpiry(expiresAtMs) },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** The last slot that was written: behind it there may be marks. */
async function lastSlot(table: Table, key: TurnKey, newest: number): Promise<number> {
  const items = await query(table, key, { ScanIndexForward: false, Limit: newest });
  return Math.max(0, ...items.map((item) => Number(item['slot'] ?? 0)));
}

async function readEntries(
  table: Table,
  key: TurnKey,
  afterSlot: number,
): Promise<readonly LogEntry[]> {
  const items = await query(table, key, { afterSlot });
  return items.filter((item) => 'events' in item).map(fromLogItem);
}

interface Selection {
  readonly afterSlot?: number;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

async function query(
  { client, tableName }: Table,
  key: TurnKey,
  { afterSlot = 0, ...order }: Selection,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':pk': logsPartition(key),
          ':first': logKey(key, afterSlot + 1).sk,
          ':last': logKey(key, 99_999_999).sk,
        },
        ConsistentRead: true,
        ...order,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey: { ...ExclusiveStartKey } }),
      }),
    );
    items.push(...Items);
    ExclusiveStartKey = order.Limit === undefined ? LastEvaluatedKey : undefined;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

function orTakenOver(error: unknown): unknown {
  return error instanceof ConditionalCheckFailedException ? turnAlreadyEnded() : error;
}
