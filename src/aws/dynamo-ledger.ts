import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { spendingKey, spendingPrefix, ownerPartition } from '#aws/dynamo-keys.ts';
import { toExpiry, type Table } from '#aws/dynamo-table.ts';
import {
  bucketOf,
  dayOf,
  difference,
  refusalOf,
  type Account,
  type Ledger,
  type Reservation,
  type Spending,
  type SpendingLimits,
} from '#domain/spending.ts';

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
    days: async (owner, most) => {
      const { Items = [] } = await table.client.send(
        new QueryCommand({
          TableName: table.tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': ownerPartition(owner), ':prefix': spendingPrefix },
          ScanIndexForward: false,
          Limit: most,
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => {
        const { emptyAtMs: _, ...spending } = toAccount(item);
        return { day: Number(item['day']), ...spending };
      });
    },
  };
}

/** How the bucket of requests stands: empty, or filled by requests just before. */
const buckets = {
  empty: {
    condition: '(attribute_not_exists(emptyAtMs) OR emptyAtMs < :now)',
    emptyAt: ':now + :step',
  },
  filled: {
    condition: 'emptyAtMs >= :now AND emptyAtMs <= :latest',
    emptyAt: 'emptyAtMs + :step',
  },
} as const;

async function reserve(
  table: Table,
  limits: SpendingLimits,
  reservation: Reservation,
): Promise<void> {
  for (const bucket of ['empty', 'filled'] as const) {
    const found = await attempt(table, limits, { reservation, bucket });
    if (found === undefined || reservationName(reservation) in found) return;
    const refusal = refusalOf(toAccount(found), reservation, limits);
    if (refusal !== undefined) throw refusal;
  }
  throw new Error('A reservation was refused for which there is room');
}

interface Attempt {
  readonly reservation: Reservation;
  readonly bucket: keyof typeof buckets;
}

/** Gives the item as it stood where its conditions did not hold. */
async function attempt(
  { client, tableName }: Table,
  limits: SpendingLimits,
  { reservation, bucket }: Attempt,
): Promise<Record<string, unknown> | undefined> {
  const { owner, atMs, most } = reservation;
  const { stepMs, depthMs } = bucketOf(limits);
  const { condition, emptyAt } = buckets[bucket];
  const isFilled = bucket === 'filled';
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: spendingKey(owner, dayOf(atMs)),
        ConditionExpression: [
          'attribute_not_exists(#open)',
          '(attribute_not_exists(tokens) OR tokens <= :tokensBefore)',
          '(attribute_not_exists(nanoUsd) OR nanoUsd <= :nanoUsdBefore)',
          condition,
        ].join(' AND '),
        UpdateExpression: `SET ${[
          '#day = :day',
          '#open = :open',
          'expiresAt = :expiry',
          `emptyAtMs = ${isFilled ? emptyAt : ':emptyAt'}`,
          ...['turns', 'tokens', 'nanoUsd'].map(
            (name) => `${name} = if_not_exists(${name}, :zero) + :${name}`,
          ),
        ].join(', ')}`,
        ExpressionAttributeNames: { '#open': reservationName(reservation), '#day': 'day' },
        ExpressionAttributeValues: {
          ':zero': 0,
          ':day': dayOf(atMs),
          ':open': most.nanoUsd,
          ':expiry': toExpiry(atMs + keptMs),
          ':now': atMs,
          ...(isFilled
            ? { ':step': stepMs, ':latest': atMs + depthMs }
            : { ':emptyAt': atMs + stepMs }),
          ':turns': most.turns,
          ':tokens': most.tokens,
          ':nanoUsd': most.nanoUsd,
          ':tokensBefore': limits.tokensPerDay - most.tokens,
          ':nanoUsdBefore': limits.nanoUsdPerDay - most.nanoUsd,
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

async function settle(
  { client, tableName }: Table,
  reservation: Reservation,
  spent: Spending,
): Promise<void> {
  const { owner, atMs, most } = reservation;
  const { turns, tokens, nanoUsd } = difference(spent, most);
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
