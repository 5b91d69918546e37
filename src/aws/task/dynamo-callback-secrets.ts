import { randomBytes } from 'node:crypto';
import { callbackSecretKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { number, record, text, type Item } from '#aws/dynamo/item-fields.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallbackSecrets } from '#domain/task/deliver-callback.ts';

/** The maximum number of replaced keys that still sign: each adds a signature to a header. */
const maxReplacedKeys = 5;

/** How long a replaced key still signs. */
const replacedKeyLifetimeMs = 86_400_000;

/** Returns the owners' secrets in a table, which is encrypted at rest. The first read creates one. */
export function createDynamoCallbackSecrets(table: Table, clock: Clock): CallbackSecrets {
  const read = async (owner: string): Promise<readonly [string, ...string[]]> => {
    const item = await readItem(table, owner);
    if (item !== undefined) return toSecrets(item, clock.now());
    const update = 'SET #key = :key';
    const condition = 'attribute_not_exists(#key)';
    await updateItem(table, owner, { update, condition, key: createKey() });
    // Of concurrent first reads, one has created the key for all of them.
    return toSecrets((await readItem(table, owner)) ?? {}, clock.now());
  };
  return {
    read,
    async rotate(owner) {
      const [before] = await read(owner);
      const nowMs = clock.now();
      const older = toReplacedKeys((await readItem(table, owner)) ?? {}, nowMs);
      const key = createKey();
      await updateItem(table, owner, {
        key,
        update: 'SET #key = :key, replaced = :replaced',
        // The client may repeat the request, which must not replace the new key.
        condition: '#key = :before',
        values: { ':before': before, ':replaced': [{ key: before, atMs: nowMs }, ...older] },
      });
      return (await read(owner))[0];
    },
  };
}

function createKey(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

async function readItem(table: Table, owner: string): Promise<Item | undefined> {
  const item = await table.get({ Key: callbackSecretKey(owner), ConsistentRead: true });
  return item;
}

interface KeyUpdate {
  readonly key: string;
  readonly update: string;
  readonly condition: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Updates the item. Does nothing if the condition fails, because another request was first. */
async function updateItem(
  table: Table,
  owner: string,
  { key, update, condition, values }: KeyUpdate,
): Promise<void> {
  try {
    await table.update({
      Key: callbackSecretKey(owner),
      ConditionExpression: condition,
      UpdateExpression: update,
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':key': key, ...values },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

function toSecrets(item: Item, nowMs: number): readonly [string, ...string[]] {
  return [text(item, 'key'), ...toReplacedKeys(item, nowMs).map(({ key }) => key)];
}

interface ReplacedKey {
  readonly key: string;
  readonly atMs: number;
}

/** Returns the keys that still sign, newest first, for receivers without the new key. */
function toReplacedKeys(item: Item, nowMs: number): readonly ReplacedKey[] {
  const { replaced = [] } = item;
  if (!Array.isArray(replaced)) return [];
  return replaced
    .map((one: unknown) => ({ key: text(record(one), 'key'), atMs: number(record(one), 'atMs') }))
    .filter(({ atMs }) => atMs + replacedKeyLifetimeMs > nowMs)
    .slice(0, maxReplacedKeys);
}
