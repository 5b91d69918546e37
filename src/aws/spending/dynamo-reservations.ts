import { spendingKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import { dayOf, type ReservationKey, type Reservations } from '#domain/spending/ledger.ts';

/*
 * A reservation is an attribute of its owner's day: a number while it is open, which is what it
 * counts, and a text once it is settled or closed. A write that arrives late finds that text.
 */

/** The spending of a day is stored for more than a year. */
const retentionMs = 400 * 86_400_000;

/** Returns when the spending of a day expires, in seconds since 1970. */
export function spendingExpiry(atMs: number): number {
  return toExpiry(atMs + retentionMs);
}

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
        const counted = typeof value === 'number' ? value : 0;
        if (await replace(table, key, { value, counted, nanoUsd: counted })) return counted;
      }
    },
    async correct(key, nanoUsd) {
      for (;;) {
        const value = await read(table, key);
        const counted = readSettled(value);
        if (counted === undefined || counted === nanoUsd) return;
        if (await replace(table, key, { value, counted, nanoUsd })) return;
      }
    },
  };
}

async function read(table: Table, key: ReservationKey): Promise<unknown> {
  const item = await table.get({
    Key: spendingKey(key.owner, dayOf(key.atMs)),
    ConsistentRead: true,
  });
  return item?.[reservationName(key)];
}

interface Settlement {
  /** The attribute as it was read. */
  readonly value: unknown;
  /** What the reservation counts so far, and from now on. */
  readonly counted: number;
  readonly nanoUsd: number;
}

/** Settles a reservation. Returns false if it has changed in the meantime. */
async function replace(
  table: Table,
  key: ReservationKey,
  { value, counted, nanoUsd }: Settlement,
): Promise<boolean> {
  try {
    await table.update({
      Key: spendingKey(key.owner, dayOf(key.atMs)),
      ConditionExpression: value === undefined ? 'attribute_not_exists(#open)' : '#open = :before',
      UpdateExpression:
        'SET #open = :settled, #day = :day, expiresAt = :expiry ADD nanoUsd :change',
      ExpressionAttributeNames: { '#open': reservationName(key), '#day': 'day' },
      ExpressionAttributeValues: {
        ':settled': toSettled(nanoUsd),
        ':day': dayOf(key.atMs),
        ':expiry': spendingExpiry(key.atMs),
        ':change': nanoUsd - counted,
        ...(value === undefined ? {} : { ':before': value }),
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
