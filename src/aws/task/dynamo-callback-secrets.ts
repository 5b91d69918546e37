import { randomBytes } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { callbackSecretKey } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { number, record, text, type Item } from '#aws/dynamo/item-fields.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallbackSecrets } from '#domain/task/deliver-callback.ts';

/** How many of them there may be: each is a signature in a header. */
const maxReplaced = 5;

/** How long a key that was replaced still signs. */
const replacedForMs = 86_400_000;

/** The owners' keys in the table, which is encrypted where it rests. */
export function createDynamoCallbackSecrets(table: Table, clock: Clock): CallbackSecrets {
  const read = async (owner: string): Promise<readonly [string, ...string[]]> => {
    const item = await find(table, owner);
    if (item !== undefined) return secretsIn(item, clock.now());
    const update = 'SET #key = :key';
    await write(table, owner, { update, condition: 'attribute_not_exists(#key)', key: newKey() });
    // Whoever came first has made it, for everybody who came at the same time.
    return secretsIn((await find(table, owner)) ?? {}, clock.now());
  };
  return {
    read,
    async rotate(owner) {
      const [before] = await read(owner);
      const nowMs = clock.now();
      const older = replacedIn((await find(table, owner)) ?? {}, nowMs);
      const key = newKey();
      await write(table, owner, {
        key,
        update: 'SET #key = :key, replaced = :replaced',
        // The same request again, which the client may send by itself, must not replace the new key.
        condition: '#key = :before',
        values: { ':before': before, ':replaced': [{ key: before, atMs: nowMs }, ...older] },
      });
      return (await read(owner))[0];
    },
  };
}

function newKey(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

async function find({ client, tableName }: Table, owner: string): Promise<Item | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: callbackSecretKey(owner), ConsistentRead: true }),
  );
  return Item;
}

interface Writing {
  readonly key: string;
  readonly update: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Changes nothing where the condition does not hold: somebody else was there before. */
async function write(
  { client, tableName }: Table,
  owner: string,
  { key, update, condition, values }: Writing,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: callbackSecretKey(owner),
        ConditionExpression: condition,
        UpdateExpression: update,
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: { ':key': key, ...values },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

function secretsIn(item: Item, nowMs: number): readonly [string, ...string[]] {
  return [text(item, 'key'), ...replacedIn(item, nowMs).map(({ key }) => key)];
}

interface Replaced {
  readonly key: string;
  readonly atMs: number;
}

/** Those that still sign, the newest first: each reaches somebody who has not heard of the next. */
function replacedIn(item: Item, nowMs: number): readonly Replaced[] {
  const { replaced = [] } = item;
  if (!Array.isArray(replaced)) return [];
  return replaced
    .map((one: unknown) => ({ key: text(record(one), 'key'), atMs: number(record(one), 'atMs') }))
    .filter(({ atMs }) => atMs + replacedForMs > nowMs)
    .slice(0, maxReplaced);
}
