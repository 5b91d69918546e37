import { randomBytes } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { callbackSecretKey } from '#aws/dynamo-keys.ts';
import type { Table } from '#aws/dynamo-table.ts';
import { number, text, type Item } from '#aws/item-fields.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallbackSecrets } from '#domain/deliver-callback.ts';

/** How long a key that was replaced still signs. */
const replacedForMs = 86_400_000;

/** The owners' keys in the table, which is encrypted where it rests. */
export function createDynamoCallbackSecrets(table: Table, clock: Clock): CallbackSecrets {
  const { client, tableName } = table;
  return {
    async read(owner) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: callbackSecretKey(owner),
          ConsistentRead: true,
        }),
      );
      if (Item !== undefined) return secretsIn(Item, clock.now());
      // Whoever comes first has made it, for everybody who comes at the same time.
      return secretsIn(await write(table, owner, 'SET #key = if_not_exists(#key, :key)'), 0);
    },
    async rotate(owner) {
      const update = 'SET replaced = #key, replacedAtMs = :now, #key = :key';
      await this.read(owner);
      return text(await write(table, owner, update, clock.now()), 'key');
    },
  };
}

async function write(
  { client, tableName }: Table,
  ...[owner, UpdateExpression, nowMs]: readonly [owner: string, update: string, nowMs?: number]
): Promise<Item> {
  const key = `whsec_${randomBytes(32).toString('base64')}`;
  const { Attributes = {} } = await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: callbackSecretKey(owner),
      UpdateExpression,
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':key': key, ...(nowMs === undefined ? {} : { ':now': nowMs }) },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Attributes;
}

function secretsIn(item: Item, nowMs: number): readonly [string, ...string[]] {
  const current = text(item, 'key');
  const { replaced } = item;
  const isFresh = replaced !== undefined && number(item, 'replacedAtMs') + replacedForMs > nowMs;
  return isFresh ? [current, text(item, 'replaced')] : [current];
}
