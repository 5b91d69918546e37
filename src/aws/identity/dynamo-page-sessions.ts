import { randomUUID } from 'node:crypto';
import { number, text, type Item } from '#aws/dynamo/item-fields.ts';
import { pageSessionKey, pageSessionsPartition, type DynamoKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import type { Clock } from '#domain/clock.ts';

/** A browser in which somebody has signed in. */
export interface PageSession {
  /** The user, unique across all issuers. */
  readonly userId: string;
  /** The tokens, encrypted with a key that only the browser has. */
  readonly sealed: string;
  readonly expiresAtMs: number;
}

/**
 * The sessions of the page. They are known by the hash of their id: whoever reads the table learns
 * neither the ids nor the tokens.
 */
export interface PageSessions {
  create(hash: string, session: PageSession): Promise<void>;
  /** Returns a session; undefined if it has ended or expired. */
  read(hash: string): Promise<PageSession | undefined>;
  /** Returns true if the caller is the one that may renew these tokens until then. */
  claimRenewal(hash: string, sealed: string, untilMs: number): Promise<boolean>;
  /** Replaces the tokens. Does nothing if the session has ended. */
  replace(hash: string, change: Omit<PageSession, 'userId'>): Promise<void>;
  end(hash: string, userId: string): Promise<void>;
  /** Ends all sessions of a user. An interrupted call can be repeated. */
  endAll(userId: string): Promise<void>;
}

/**
 * Returns the sessions in a table: an item for each, and one in a list of its user. The list is
 * written first and removed last, so that it has all sessions that exist.
 */
export function createDynamoPageSessions(table: Table, clock: Pick<Clock, 'now'>): PageSessions {
  const end = async (hash: string, userId: string): Promise<void> => {
    await table.delete(pageSessionKey(hash));
    await table.delete(listKey(hash, userId));
  };
  return {
    end,
    async create(hash, { userId, sealed, expiresAtMs }) {
      const expiresAt = toExpiry(expiresAtMs);
      await table.put({ Item: { ...listKey(hash, userId), expiresAt } });
      await table.put({ Item: { ...pageSessionKey(hash), userId, sealed, expiresAt } });
    },
    async read(hash) {
      const item = await table.get({ Key: pageSessionKey(hash), ConsistentRead: true });
      const session = item === undefined ? undefined : toSession(item);
      // DynamoDB deletes expired items late.
      return session !== undefined && session.expiresAtMs > clock.now() ? session : undefined;
    },
    claimRenewal: (hash, sealed, untilMs) =>
      changed(table, {
        Key: pageSessionKey(hash),
        ConditionExpression:
          'sealed = :sealed AND (attribute_not_exists(renewalUntilMs) OR renewalUntilMs < :now' +
          // The client repeats a request whose response was lost.
          ' OR renewalId = :id)',
        UpdateExpression: 'SET renewalUntilMs = :until, renewalId = :id',
        ExpressionAttributeValues: {
          ':sealed': sealed,
          ':now': clock.now(),
          ':until': untilMs,
          ':id': randomUUID(),
        },
      }),
    async replace(hash, { sealed, expiresAtMs }) {
      await changed(table, {
        Key: pageSessionKey(hash),
        ConditionExpression: 'attribute_exists(pk)',
        UpdateExpression:
          'SET sealed = :sealed, expiresAt = :expiry REMOVE renewalUntilMs, renewalId',
        ExpressionAttributeValues: { ':sealed': sealed, ':expiry': toExpiry(expiresAtMs) },
      });
    },
    endAll: (userId) => endAll(table, userId, end),
  };
}

async function endAll(table: Table, userId: string, end: PageSessions['end']): Promise<void> {
  for (;;) {
    const { items } = await table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pageSessionsPartition(userId) },
      ConsistentRead: true,
    });
    if (items.length === 0) return;
    for (const item of items) await end(text(item, 'sk'), userId);
  }
}

function listKey(hash: string, userId: string): DynamoKey {
  return { pk: pageSessionsPartition(userId), sk: hash };
}

function toSession(item: Item): PageSession {
  return {
    userId: text(item, 'userId'),
    sealed: text(item, 'sealed'),
    expiresAtMs: number(item, 'expiresAt') * 1_000,
  };
}

/** Updates an item, and returns whether the condition was true. */
async function changed(table: Table, update: Parameters<Table['update']>[0]): Promise<boolean> {
  try {
    await table.update(update);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
