import { logKey, logsPartition } from '#aws/dynamo/keys.ts';
import { currentVersion } from '#aws/dynamo/item-version.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import { fromLogItem } from '#aws/conversation/conversation-items.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import type { LogEntry, Marks, Ping, TurnLog } from '#domain/conversation/turn-log.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';

/**
 * Returns the logs of turns in a table, with one item for each entry. A slot that is still empty can
 * be marked `stop`, `ping` or `sealed`. The write that fills the slot returns a `stop` mark and fails
 * on a `sealed` mark. A writer that has nothing to write sets `answered` to the number of pings.
 */
export function createDynamoTurnLog(table: Table): TurnLog {
  return {
    append: (key, entry) => append(table, key, entry),
    marks: (key, slot) => readMarks(table, key, slot),
    ping: (key, mark, expiresAtMs) => markNextSlot(table, key, mark, expiresAtMs),
    isAnswered: (key, ping) => isAnswered(table, key, ping),
    read: (key, afterSlot) => readEntries(table, key, afterSlot),
    async seal(key, expiresAtMs) {
      await markNextSlot(table, key, 'sealed', expiresAtMs);
      return readEntries(table, key, 0);
    },
  };
}

async function append(
  table: Table,
  key: TurnKey,
  { slot, events, expiresAtMs }: Parameters<TurnLog['append']>[1],
): Promise<Marks> {
  try {
    const attributes = await table.update({
      Key: logKey(key, slot),
      ConditionExpression: 'attribute_not_exists(sealed)',
      UpdateExpression:
        'SET events = :events, slot = :slot, expiresAt = :expiry, itemVersion = :version',
      ExpressionAttributeValues: {
        ':events': events,
        ':slot': slot,
        ':expiry': toExpiry(expiresAtMs),
        ':version': currentVersion.itemVersion,
      },
      ReturnValues: 'ALL_OLD',
    });
    return { stopRequested: attributes['stop'] === true };
  } catch (error) {
    throw toAppendError(error);
  }
}

async function readMarks(table: Table, key: TurnKey, slot: number): Promise<Marks> {
  const { sealed, stop, pings = 0, answered = 0 } = await readSlot(table, key, slot);
  if (sealed === true) throw turnAlreadyEnded();
  if (Number(pings) > Number(answered)) await answerPing(table, key, slot, Number(pings));
  return { stopRequested: stop === true };
}

async function readSlot(table: Table, key: TurnKey, slot: number): Promise<Item> {
  return (await table.get({ Key: logKey(key, slot), ConsistentRead: true })) ?? {};
}

async function answerPing(table: Table, key: TurnKey, slot: number, number: number): Promise<void> {
  try {
    await table.update({
      Key: logKey(key, slot),
      ConditionExpression: 'attribute_not_exists(sealed)',
      UpdateExpression: 'SET answered = :number',
      ExpressionAttributeValues: { ':number': number },
    });
  } catch (error) {
    throw toAppendError(error);
  }
}

async function isAnswered(table: Table, key: TurnKey, { slot, number }: Ping): Promise<boolean> {
  const { events, answered = 0 } = await readSlot(table, key, slot);
  return events !== undefined || Number(answered) >= number;
}

type Mark = 'stop' | 'ping' | 'sealed';

/**
 * Marks the next empty slot, and returns the ping in it. The writer may fill that slot first. The
 * next attempt then marks twice as many slots after the last written one, until the writer must meet
 * a mark.
 */
async function markNextSlot(
  table: Table,
  key: TurnKey,
  mark: Mark,
  expiresAtMs: number,
): Promise<Ping> {
  for (let width = 1; ; width *= 2) {
    const last = await findLastSlot(table, key, 2 * width);
    const slots = Array.from({ length: width }, (_, index) => last + 1 + index);
    const pings = await Promise.all(
      slots.map((slot) => markSlot(table, key, slot, { mark, expiresAtMs })),
    );
    const next = pings.find((ping) => ping !== undefined);
    if (next !== undefined) return next;
  }
}

/** Marks a slot and returns the ping in it; undefined if the slot has been written already. */
async function markSlot(
  table: Table,
  key: TurnKey,
  slot: number,
  { mark, expiresAtMs }: { readonly mark: Mark; readonly expiresAtMs: number },
): Promise<Ping | undefined> {
  try {
    const attributes = await table.update({
      Key: logKey(key, slot),
      ConditionExpression: 'attribute_not_exists(events)',
      UpdateExpression: 'SET #mark = :true, expiresAt = :expiry ADD pings :one',
      ExpressionAttributeNames: { '#mark': mark },
      ExpressionAttributeValues: { ':true': true, ':expiry': toExpiry(expiresAtMs), ':one': 1 },
      ReturnValues: 'UPDATED_NEW',
    });
    return { slot, number: Number(attributes['pings']) };
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined;
    throw error;
  }
}

/** Returns the last written slot among the newest items. Marks may follow it. */
async function findLastSlot(table: Table, key: TurnKey, limit: number): Promise<number> {
  const items = await query(table, key, { ScanIndexForward: false, Limit: limit });
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

interface QueryOptions {
  readonly afterSlot?: number;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

async function query(
  table: Table,
  key: TurnKey,
  { afterSlot = 0, ...order }: QueryOptions,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await table.query({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': logsPartition(key),
        ':first': logKey(key, afterSlot + 1).sk,
        ':last': logKey(key, 99_999_999).sk,
      },
      ConsistentRead: true,
      ...order,
      ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey: { ...ExclusiveStartKey } }),
    });
    items.push(...page.items);
    ExclusiveStartKey = order.Limit === undefined ? page.lastKey : undefined;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** A failed condition means that another worker has sealed the log. */
function toAppendError(error: unknown): unknown {
  return error instanceof ConditionFailed ? turnAlreadyEnded() : error;
}
