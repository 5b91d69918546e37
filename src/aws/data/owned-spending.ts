import { text, type Item } from '#aws/dynamo/item-fields.ts';
import { ownerPartition, spendingKey, spendingPrefix } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import { reservationName } from '#aws/spending/dynamo-reservations.ts';
import { timeOfId } from '#domain/ids.ts';
import { dayOf } from '#domain/spending/ledger.ts';

/** Returns whether a reservation that was made between two times is still open. */
export async function hasOpenReservations(
  table: Table,
  owner: string,
  fromMs: number,
  toMs: number,
): Promise<boolean> {
  const days = [...new Set([dayOf(fromMs), dayOf(toMs)])];
  const items = await Promise.all(
    days.map((day) => table.get({ Key: spendingKey(owner, day), ConsistentRead: true })),
  );
  return items.some((item) =>
    openTurns(item ?? {}).some((turnId) => {
      // The ids of documents have no time.
      const atMs = timeOfId(turnId);
      return atMs !== undefined && atMs >= fromMs && atMs <= toMs;
    }),
  );
}

const prefix = reservationName({ owner: '', turnId: '', atMs: 0 });

/** An open reservation is a number, and a settled one is a text. */
function openTurns(item: Item): readonly string[] {
  return Object.entries(item)
    .filter(([name, value]) => name.startsWith(prefix) && typeof value === 'number')
    .map(([name]) => name.slice(prefix.length));
}

/** Lets the days of spending expire at a time. They have no content. */
export async function expireSpending(table: Table, owner: string, atMs: number): Promise<void> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': ownerPartition(owner), ':prefix': spendingPrefix },
    ProjectionExpression: 'pk, sk',
    ConsistentRead: true,
  });
  for (const item of items) await expire(table, item, toExpiry(atMs));
}

async function expire(table: Table, item: Item, expiry: number): Promise<void> {
  try {
    await table.update({
      Key: { pk: text(item, 'pk'), sk: text(item, 'sk') },
      ConditionExpression: 'attribute_exists(pk)',
      UpdateExpression: 'SET expiresAt = :expiry',
      ExpressionAttributeValues: { ':expiry': expiry },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
