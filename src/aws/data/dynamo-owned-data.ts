import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import { readTurnsAfter, type TurnStore } from '#aws/conversation/dynamo-turns.ts';
import { createOwnedSessions, noSessions } from '#aws/data/owned-sessions.ts';
import { hasOpenReservations, expireSpending } from '#aws/data/owned-spending.ts';
import type { OwnedUploads } from '#aws/data/s3-owned-files.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import {
  callbackSecretKey,
  conversationKey,
  dataJobPrefixes,
  documentKey,
  notesKey,
  ownerPartition,
  pageSessionsPartition,
  spendingPrefix,
  taskKey,
} from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import type { PageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import type { DataKind } from '#domain/data/data-job.ts';
import type { OwnedData, OwnedItem } from '#domain/data/owned-data.ts';

export interface OwnedStore extends TurnStore {
  /** The table of LangChain's sessions; undefined in a deployment without them. */
  readonly sessions: Table | undefined;
  readonly pageSessions: Pick<PageSessions, 'end'>;
  readonly uploads: OwnedUploads;
}

/** Returns everything of owners: in the table, in that of sessions, and files without an item. */
export function createDynamoOwnedData(store: OwnedStore): OwnedData {
  const { table } = store;
  const sessions = store.sessions === undefined ? noSessions : createOwnedSessions(store.sessions);
  return {
    list(owner, kind, page) {
      if (kind === 'sessions') return sessions.list(owner, page);
      if (kind === 'attachments') return store.uploads.list(owner, page);
      return listItems(table, owner, kind, page);
    },
    async remove(owner, kind, id) {
      if (kind === 'sessions') return sessions.remove(owner, id);
      if (kind === 'attachments') return store.uploads.remove(owner, id);
      if (kind === 'page_sessions') return store.pageSessions.end(id, userOf(owner) ?? '');
      return table.delete({ pk: ownerPartition(owner), sk: `${prefixes[kind]}${id}` });
    },
    async close(key) {
      try {
        const item = await table.update({
          Key: conversationKey(key),
          ConditionExpression: 'attribute_exists(pk)',
          UpdateExpression: 'SET deleting = :true',
          ExpressionAttributeValues: { ':true': true },
          ReturnValues: 'ALL_NEW',
        });
        return fromConversationItem(key.owner, item);
      } catch (error) {
        if (error instanceof ConditionFailed) return undefined;
        throw error;
      }
    },
    turnsAfter: (key, sequence, limit) => readTurnsAfter(store, key, sequence, limit),
    sessionMessages: (owner, id) => sessions.read(owner, id),
    async notes(owner) {
      const item = await table.get({ Key: notesKey(owner), ConsistentRead: true });
      const notes: unknown = item?.['notes'];
      return Array.isArray(notes) ? notes.map(String) : [];
    },
    hasOpenCalls: (owner, fromMs, toMs) => hasOpenReservations(table, owner, fromMs, toMs),
    expireSpending: (owner, atMs) => expireSpending(table, owner, atMs),
  };
}

/** The kinds that are items of the table. */
type ItemKind = Exclude<DataKind, 'sessions' | 'attachments'>;

/** The beginnings of the sort keys of an owner's items. */
const prefixes: Readonly<Record<Exclude<ItemKind, 'page_sessions'>, string>> = {
  tasks: taskKey({ owner: '', taskId: '' }).sk,
  conversations: conversationKey({ owner: '', conversationId: '' }).sk,
  documents: documentKey({ owner: '', documentId: '' }).sk,
  exports: dataJobPrefixes.export,
  notes: notesKey('').sk,
  callback_secrets: callbackSecretKey('').sk,
  spending_days: spendingPrefix,
};

async function listItems(
  table: Table,
  owner: string,
  kind: ItemKind,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly OwnedItem[]> {
  const [pk, prefix] = placeOf(owner, kind);
  if (pk === undefined) return [];
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
    ProjectionExpression: 'sk, createdAtMs, #day',
    ExpressionAttributeNames: { '#day': 'day' },
    ConsistentRead: true,
    Limit: limit,
    ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: `${prefix}${after}` } }),
  });
  return items.map((item) => toOwnedItem(item, prefix));
}

/** Only people who sign in on the page have sessions there, in a partition of their own. */
function placeOf(owner: string, kind: ItemKind): readonly [pk: string | undefined, prefix: string] {
  if (kind !== 'page_sessions') return [ownerPartition(owner), prefixes[kind]];
  const user = userOf(owner);
  return [user === undefined ? undefined : pageSessionsPartition(user), ''];
}

/** Returns the user that an owner is; undefined for other owners (`src/domain/identity.ts`). */
function userOf(owner: string): string | undefined {
  return owner.startsWith('user:') ? owner.slice('user:'.length) : undefined;
}

function toOwnedItem({ sk, createdAtMs, day }: Item, prefix: string): OwnedItem {
  const id = String(sk).slice(prefix.length);
  if (typeof day === 'number') return { id, createdAtMs: day * 86_400_000 };
  return { id, createdAtMs: Number(createdAtMs ?? 0) };
}
