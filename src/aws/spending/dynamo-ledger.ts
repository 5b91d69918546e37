import { toRemoval } from '#aws/dynamo/change.ts';
import { spendingKey, spendingPrefix, ownerPartition } from '#aws/dynamo/keys.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import {
  createDynamoReservations,
  readSettled,
  reservationName,
  spendingExpiry,
  toSettled,
} from '#aws/spending/dynamo-reservations.ts';
import { turnAlreadyEnded } from '#domain/conversation/conversation-errors.ts';
import {
  requestBucket,
  dayOf,
  subtractSpending,
  noSpending,
  limitError,
  type Account,
  type Ledger,
  type Reservation,
  type Spending,
  type SpendingLimits,
} from '#domain/spending/ledger.ts';

/**
 * Returns the ledger in a table, with one item for each owner and day. The limits are conditions of
 * the writes, and nothing is read first. Concurrent requests can therefore not exceed them.
 */
export function createDynamoLedger(table: Table, limits: SpendingLimits): Ledger {
  return {
    ...createDynamoReservations(table),
    reserve: (reservation) => reserve(table, limits, reservation),
    settle: (reservation, spent) => settle(table, reservation, spent),
    days: async (owner, max) => {
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': ownerPartition(owner), ':prefix': spendingPrefix },
        ScanIndexForward: false,
        Limit: max,
        ConsistentRead: true,
      });
      return items.map((item) => {
        const { turns, tokens, nanoUsd } = toAccount(item);
        return { day: Number(item['day']), turns, tokens, nanoUsd };
      });
    },
  };
}

async function reserve(
  table: Table,
  limits: SpendingLimits,
  reservation: Reservation,
): Promise<void> {
  // Conditions pass if the item does not exist, so a request above a daily limit is refused here.
  const dailyRefusal = limitError({ ...noSpending, emptyAtMs: 0 }, reservation, limits);
  if (dailyRefusal !== undefined) throw dailyRefusal;
  for (const bucket of ['empty', 'filled'] as const) {
    const item = await tryReserve(table, limits, reservation, bucket);
    const reserved = item?.[reservationName(reservation)];
    if (item === undefined || typeof reserved === 'number') return;
    if (reserved !== undefined) throw turnAlreadyEnded();
    const refusal = limitError(toAccount(item), reservation, limits);
    if (refusal !== undefined) throw refusal;
  }
  throw new Error('A reservation within the limits was refused');
}

/** The state of the request bucket: empty, or filled by recent requests. */
type BucketState = 'empty' | 'filled';

/** Writes a reservation. Returns the item as it is if a condition fails; undefined on success. */
async function tryReserve(
  table: Table,
  limits: SpendingLimits,
  reservation: Reservation,
  bucket: BucketState,
): Promise<Record<string, unknown> | undefined> {
  const { owner, atMs, max } = reservation;
  const bucketUpdate = toBucketUpdate(bucket, atMs, limits);
  try {
    await table.update({
      Key: spendingKey(owner, dayOf(atMs)),
      ConditionExpression: `${limitsCondition} AND ${bucketUpdate.condition}`,
      UpdateExpression: `${reserveUpdate}, emptyAtMs = ${bucketUpdate.emptyAt}`,
      ExpressionAttributeNames: { '#open': reservationName(reservation), '#day': 'day' },
      ExpressionAttributeValues: {
        ...bucketUpdate.values,
        ':zero': 0,
        ':day': dayOf(atMs),
        ':expiry': spendingExpiry(atMs),
        ':turns': max.turns,
        ':tokens': max.tokens,
        ':nanoUsd': max.nanoUsd,
        ':tokensBefore': limits.tokensPerDay - max.tokens,
        ':nanoUsdBefore': limits.nanoUsdPerDay - max.nanoUsd,
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return error.item ?? {};
  }
}

const limitsCondition =
  'attribute_not_exists(#open)' +
  ' AND (attribute_not_exists(tokens) OR tokens <= :tokensBefore)' +
  ' AND (attribute_not_exists(nanoUsd) OR nanoUsd <= :nanoUsdBefore)';

const reserveUpdate =
  'SET #day = :day, #open = :nanoUsd, expiresAt = :expiry' +
  ', turns = if_not_exists(turns, :zero) + :turns' +
  ', tokens = if_not_exists(tokens, :zero) + :tokens' +
  ', nanoUsd = if_not_exists(nanoUsd, :zero) + :nanoUsd';

interface BucketUpdate {
  readonly condition: string;
  readonly emptyAt: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Returns how a request is added to the bucket, and on which condition. */
function toBucketUpdate(bucket: BucketState, nowMs: number, limits: SpendingLimits): BucketUpdate {
  const { stepMs, depthMs } = requestBucket(limits);
  switch (bucket) {
    case 'empty':
      return {
        condition: '(attribute_not_exists(emptyAtMs) OR emptyAtMs < :now)',
        emptyAt: ':emptyAt',
        values: { ':now': nowMs, ':emptyAt': nowMs + stepMs },
      };
    case 'filled':
      return {
        condition: 'emptyAtMs BETWEEN :now AND :latest',
        emptyAt: 'emptyAtMs + :step',
        values: { ':now': nowMs, ':latest': nowMs + depthMs, ':step': stepMs },
      };
  }
}

async function settle(table: Table, reservation: Reservation, spent: Spending): Promise<void> {
  const { owner, atMs, max } = reservation;
  const { turns, tokens, nanoUsd } = subtractSpending(spent, max);
  const target = { Key: spendingKey(owner, dayOf(atMs)) };
  try {
    const attributes = await table.update({
      ...target,
      ConditionExpression: 'attribute_type(#open, :number)',
      // A reservation that arrives late finds it settled, and is not counted again.
      UpdateExpression:
        'SET turns = turns + :turns, tokens = tokens + :tokens, nanoUsd = nanoUsd + :nanoUsd' +
        ', #open = :settled',
      ExpressionAttributeNames: { '#open': reservationName(reservation) },
      ExpressionAttributeValues: {
        ':turns': turns,
        ':tokens': tokens,
        ':nanoUsd': nanoUsd,
        ':number': 'N',
        ':settled': toSettled(spent.nanoUsd),
      },
      ReturnValues: 'ALL_NEW',
    });
    const names = oldSettlements(attributes);
    if (names.length === 0) return;
    await table.update({ ...target, ...toRemoval(names) });
  } catch (error) {
    // The reservation has already been settled.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/** How many settled reservations a day remembers. Every write of the item pays for all of them. */
const keptSettlements = { max: 60, min: 30 };

/** Returns the attributes of the oldest settled reservations. The ids of turns sort by time. */
function oldSettlements(item: Item): readonly string[] {
  const settled = Object.keys(item).filter((name) => readSettled(item[name]) !== undefined);
  return settled.length < keptSettlements.max
    ? []
    : settled.toSorted().slice(0, -keptSettlements.min);
}

function toAccount(item: Readonly<Record<string, unknown>>): Account {
  const value = (name: string): number => Number(item[name] ?? 0);
  return {
    turns: value('turns'),
    tokens: value('tokens'),
    nanoUsd: value('nanoUsd'),
    emptyAtMs: value('emptyAtMs'),
  };
}
