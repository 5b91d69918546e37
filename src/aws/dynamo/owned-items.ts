import type { Item } from '#aws/dynamo/item-fields.ts';
import { ownerPartition, type DynamoKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import { invalidRequest } from '#domain/errors.ts';

/**
 * Returns a page of the ids of an owner's items whose sort keys begin with a prefix, newest first.
 * Ids do not sort by time if callers chose their keys. So the keys of all items are read, whose
 * number the time to live limits.
 */
export async function listNewest(
  table: Table,
  owner: string,
  prefix: string,
  { limit, cursor }: PageRequest,
): Promise<Page<string>> {
  const before = cursor === undefined ? undefined : fromCursor(cursor);
  const entries = (await readEntries(table, owner, prefix)).toSorted(byAge);
  const older = before === undefined ? entries : entries.filter((each) => byAge(each, before) > 0);
  const page = older.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ id }) => id);
  return last === undefined || older.length === page.length
    ? { items }
    : { items, cursor: `${last.createdAtMs}.${last.id}` };
}

interface Entry {
  readonly id: string;
  readonly createdAtMs: number;
}

function byAge(one: Entry, other: Entry): number {
  return (
    other.createdAtMs - one.createdAtMs || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0)
  );
}

async function readEntries(table: Table, owner: string, prefix: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let start: Item | undefined;
  do {
    const page = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': ownerPartition(owner), ':prefix': prefix },
      ProjectionExpression: 'sk, createdAtMs',
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const { sk, createdAtMs } of page.items) {
      entries.push({ id: String(sk).slice(prefix.length), createdAtMs: Number(createdAtMs) });
    }
    start = page.lastKey;
  } while (start !== undefined);
  return entries;
}

/** A cursor has no owner in it, so it can never reach the items of another owner. */
function fromCursor(cursor: string): Entry {
  const [, createdAtMs, id] = /^(\d{1,15})\.([\w-]{1,64})$/u.exec(cursor) ?? [];
  if (createdAtMs === undefined || id === undefined) {
    throw invalidRequest('cursor', 'must be one returned by an earlier page');
  }
  return { id, createdAtMs: Number(createdAtMs) };
}

/** Removes an item that has this state and this attribute. Returns false if it has changed. */
export async function removeUnchanged(
  table: Table,
  key: DynamoKey,
  { state }: { readonly state: string },
  attribute: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const [[name, value] = ['state', state]] = Object.entries(attribute);
  const isSame = value === undefined ? 'attribute_not_exists(#name)' : '#name = :value';
  try {
    await table.delete(key, {
      // The client repeats a request whose response was lost.
      ConditionExpression: `attribute_not_exists(pk) OR (#state = :state AND ${isSame})`,
      ExpressionAttributeNames: { '#state': 'state', '#name': name },
      ExpressionAttributeValues: {
        ':state': state,
        ...(value === undefined ? {} : { ':value': value }),
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
