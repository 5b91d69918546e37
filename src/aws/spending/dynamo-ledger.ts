import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { spendingKey, spendingPrefix, ownerPartition } from '#aws/dynamo/keys.ts';
import { toExpiry, type Table } from '#aws/dynamo/table.ts';
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

/** Days are kept for more than a year. */
const keptMs = 400 * 86_400_000;

/**
 * What owners spend, in an item for each owner and day. Nothing is read before it is written: the
 * limits are conditions, so that however many requests race, as many are let in as there is room.
 */
export function createDynamoLedger(table: Table, limits: SpendingLimits): Ledger {
  return {
    reserve: (reservation) => reserve(table, limits, reservation),
    settle: (reservation, spent) => settle(table, reservation, spent),
    days: async (owner, max) => {
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': ownerPartition(owner), ':prefix': spendingPrefix },
          ScanIndexForward: false,
          Limit: max,
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => {
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
  // What is more than a whole day's room is refused here: an item that is not there limits nothing.
  const tooMuch = limitError({ ...noSpending, emptyAtMs: 0 }, reservation, limits);
  if (tooMuch !== undefined) throw tooMuch;
  for (const bucket of ['empty', 'filled'] as const) {
    const found = await attempt(table, limits, { reservation, bucket });
    if (found === undefined || reservationName(reservation) in found) return;
    const refusal = limitError(toAccount(found), reservation, limits);
    if (refusal !== undefined) throw refusal;
  }
  throw new Error('A reservation was refused for which there is room');
}

/** How the bucket of requests stands: empty, or filled by requests just before. */
type Bucket = 'empty' | 'filled';

interface Attempt {
  readonly reservation: Reservation;
  readonly bucket: Bucket;
}

/** Gives the item as it stood where its conditions did not hold. */
async function attempt(
  { client, tableName }: Table,
  limits: SpendingLimits,
  { reservation, bucket }: Attempt,
): Promise<Record<string, unknown> | undefined> {
  const { owner, atMs, max } = reservation;
  const filling = fillingOf(bucket, atMs, limits);
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: spendingKey(owner, dayOf(atMs)),
        ConditionExpression: `${hasRoom} AND ${filling.condition}`,
        UpdateExpression: `${setAside}, emptyAtMs = ${filling.emptyAt}`,
        ExpressionAttributeNames: { '#open': reservationName(reservation), '#day': 'day' },
        ExpressionAttributeValues: {
          ...filling.values,
          ':zero': 0,
          ':day': dayOf(atMs),
          ':expiry': toExpiry(atMs + keptMs),
          ':turns': max.turns,
          ':tokens': max.tokens,
          ':nanoUsd': max.nanoUsd,
          ':tokensBefore': limits.tokensPerDay - max.tokens,
          ':nanoUsdBefore': limits.nanoUsdPerDay - max.nanoUsd,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const values = Object.entries(error.Item ?? {});
    return Object.fromEntries(values.map(([name, { N }]) => [name, N]));
  }
}

const hasRoom =
  'attribute_not_exists(#open)' +
  ' AND (attribute_not_exists(tokens) OR tokens <= :tokensBefore)' +
  ' AND (attribute_not_exists(nanoUsd) OR nanoUsd <= :nanoUsdBefore)';

const setAside =
  'SET #day = :day, #open = :nanoUsd, expiresAt = :expiry' +
  ', turns = if_not_exists(turns, :zero) + :turns' +
  ', tokens = if_not_exists(tokens, :zero) + :tokens' +
  ', nanoUsd = if_not_exists(nanoUsd, :zero) + :nanoUsd';

interface Filling {
  readonly condition: string;
  readonly emptyAt: string;
  readonly values: Readonly<Record<string, number>>;
}

/** How one more request goes into the bucket, and when there is room for it. */
function fillingOf(bucket: Bucket, nowMs: number, limits: SpendingLimits): Filling {
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

async function settle(
  { client, tableName }: Table,
  reservation: Reservation,
  spent: Spending,
): Promise<void> {
  const { owner, atMs, max } = reservation;
  const { turns, tokens, nanoUsd } = subtractSpending(spent, max);
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: spendingKey(owner, dayOf(atMs)),
        ConditionExpression: 'attribute_exists(#open)',
        UpdateExpression:
          'SET turns = turns + :turns, tokens = tokens + :tokens, nanoUsd = nanoUsd + :nanoUsd ' +
          'REMOVE #open',
        ExpressionAttributeNames: { '#open': reservationName(reservation) },
        ExpressionAttributeValues: { ':turns': turns, ':tokens': tokens, ':nanoUsd': nanoUsd },
      }),
    );
  } catch (error) {
    // It was settled before.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

/** The attribute that stands for what is set aside for a turn. */
function reservationName({ turnId }: Reservation): string {
  return `open#${turnId}`;
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
