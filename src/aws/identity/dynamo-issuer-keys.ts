import { randomUUID } from 'node:crypto';
import { number, oneOf, optionalNumber, record, text, type Item } from '#aws/dynamo/item-fields.ts';
import { issuerKeysKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table, type UpdateRequest } from '#aws/dynamo/table.ts';
import type { IssuerKeys, IssuerKeyStore, PublicJwk } from '#domain/issuer-keys.ts';

/** Returns the keys of issuers in a table, with one item for each URL that publishes keys. */
export function createDynamoIssuerKeys(table: Table): IssuerKeyStore {
  return {
    async read(url) {
      const item = await table.get({
        Key: issuerKeysKey(url),
        ConsistentRead: true,
      });
      return item === undefined ? undefined : toIssuerKeys(item);
    },
    claim: (url, nowMs, nextAskAtMs) =>
      update(table, url, {
        UpdateExpression:
          'SET askedAtMs = :now, outcome = :pending, nextAskAtMs = :next, claimId = :claim',
        // The client may repeat the request after its response was lost.
        ConditionExpression:
          'attribute_not_exists(nextAskAtMs) OR nextAskAtMs <= :now OR claimId = :claim',
        ExpressionAttributeValues: {
          ':now': nowMs,
          ':pending': 'pending',
          ':next': nextAskAtMs,
          ':claim': randomUUID(),
        },
      }),
    async finish(url, { askedAtMs, keys, nextAskAtMs }) {
      const values = { ':asked': askedAtMs, ':next': nextAskAtMs };
      await update(table, url, {
        ConditionExpression: 'askedAtMs = :asked',
        ...(keys === undefined
          ? {
              UpdateExpression: 'SET outcome = :failed, nextAskAtMs = :next',
              ExpressionAttributeValues: { ...values, ':failed': 'failed' },
            }
          : {
              UpdateExpression:
                'SET outcome = :answered, nextAskAtMs = :next, #keys = :keys, fetchedAtMs = :asked',
              ExpressionAttributeNames: { '#keys': 'keys' },
              ExpressionAttributeValues: {
                ...values,
                ':answered': 'answered',
                ':keys': JSON.stringify(keys),
              },
            }),
      });
    },
  };
}

type Change = Omit<UpdateRequest, 'Key'>;

/** Updates the item, and returns whether the condition was true. */
async function update(table: Table, url: string, change: Change): Promise<boolean> {
  try {
    await table.update({ Key: issuerKeysKey(url), ...change });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

function toIssuerKeys(item: Item): IssuerKeys {
  return {
    askedAtMs: number(item, 'askedAtMs'),
    outcome: oneOf(['pending', 'answered', 'failed'], item['outcome']),
    nextAskAtMs: number(item, 'nextAskAtMs'),
    keys: item['keys'] === undefined ? [] : toKeys(JSON.parse(text(item, 'keys'))),
    ...optionalNumber(item, 'fetchedAtMs'),
  };
}

function toKeys(value: unknown): readonly PublicJwk[] {
  return Array.isArray(value) ? value.map(record) : [];
}
