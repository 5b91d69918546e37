import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { spendingKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { dayOf, type ReservationKey, type Reservations } from '#domain/spending/ledger.ts';

/*
 * A reservation is an attribute of its owner's day: a number while it is open, which is what it
 * counts, and a text once it is settled or closed. A write that arrives late finds that text.
 */

/** Returns the name of the attribute of a reservation. */
export function reservationName({ turnId }: ReservationKey): string {
  return `open#${turnId}`;
}

/** Returns the attribute of a reservation that was settled with an amount. */
export function toSettled(nanoUsd: number): string {
  return `settled:${nanoUsd}`;
}

/** Returns the amount of a settled reservation; undefined for any other attribute. */
export function readSettled(value: unknown): number | undefined {
  if (typeof value !== 'string' || !value.startsWith('settled:')) return undefined;
  return Number(value.slice('settled:'.length));
}

/** Returns the reservations in the table of a ledger. */
export function createDynamoReservations(table: Table): Reservations {
  return {
    async close(key) {
      for (;;) {
        const value = await read(table, key);
        const settled = readSettled(value);
        if (settled !== undefined) return settled;
        const open = typeof value === 'number' ? value : undefined;
        if (await replace(table, key, open)) return open ?? 0;
      }
    },
  };
}

async function read({ client, tableName }: Table, key: ReservationKey): Promise<unknown> {
  const { Item } = await client.send(
    new GetCommand({
      TableName: tableName,
      Key: spendingKey(key.owner, dayOf(key.atMs)),
      ConsistentRead: true,
    }),
  );
  return Item?.[reservationName(key)];
}

/** Settles a reservation as it is. Returns false if it has changed in the meantime. */
async function replace(
  { client, tableName }: Table,
  key: ReservationKey,
  open: number | undefined,
): Promise<boolean> {
  const isUnchanged = open === undefined ? 'attribute_not_exists(#open)' : '#open = :open';
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: spendingKey(key.owner, dayOf(key.atMs)),
        ConditionExpression: isUnchanged,
        UpdateExpression: 'SET #open = :settled, #day = :day',
        ExpressionAttributeNames: { '#open': reservationName(key), '#day': 'day' },
        ExpressionAttributeValues: {
          ':settled': toSettled(open ?? 0),
          ':day': dayOf(key.atMs),
          ...(open === undefined ? {} : { ':open': open }),
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
