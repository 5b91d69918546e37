import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import { text, type Item } from '#aws/dynamo/item-fields.ts';
import {
  conversationKey,
  logsPartition,
  searchPartition,
  turnsPartition,
} from '#aws/dynamo/keys.ts';
import { removeTurnFiles } from '#aws/conversation/turn-files.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { freeConversation, readTurn, type TurnStore } from '#aws/conversation/dynamo-turns.ts';
import { turnIsRunning, unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';

/**
 * Deletes the items of a conversation, its turns with their files, and their logs. An interrupted
 * deletion can be repeated. Throws `not_found`, and `conflict` while a turn is live.
 */
export async function deleteConversationItems(
  store: TurnStore,
  key: ConversationKey,
): Promise<void> {
  const { table } = store;
  await markDeleting(store, key);
  await deletePartition(store, key, logsPartition(key));
  await deletePartition(store, key, turnsPartition(key));
  await deletePartition(store, key, searchPartition(key));
  await table.delete(conversationKey(key));
}

/** Marks a conversation as deleted. From here on it does not exist for readers. */
async function markDeleting(store: TurnStore, key: ConversationKey): Promise<void> {
  const { table } = store;
  try {
    await table.update({
      Key: conversationKey(key),
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(liveTurn)',
      UpdateExpression: 'SET deleting = :true',
      ExpressionAttributeValues: { ':true': true },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    await assertEnded(store, key);
    await markDeleting(store, key);
  }
}

/**
 * Throws `not_found`, or `conflict` while a turn is live. Frees a conversation whose live turn has
 * already ended.
 */
async function assertEnded(store: TurnStore, key: ConversationKey): Promise<void> {
  const { table } = store;
  const item = await table.get({ Key: conversationKey(key), ConsistentRead: true });
  if (item === undefined) throw unknownConversation();
  const { liveTurn: live } = fromConversationItem(key.owner, item);
  if (live === undefined) return;
  const { turnId, sequence } = live;
  if ((await readTurn(store, { ...key, turnId, sequence })) === undefined)
    throw turnIsRunning(live);
  await freeConversation(store.table, key, turnId);
}

async function deletePartition(
  store: TurnStore,
  key: ConversationKey,
  partition: string,
): Promise<void> {
  const { table } = store;
  for (;;) {
    const items = await readBatch(table, partition);
    if (items.length === 0) return;
    // Files first: as long as there is an item, a repeated deletion finds what is left of them.
    for (const item of items) await removeTurnFiles(store, key, item);
    // The next round finds the items that DynamoDB left unprocessed.
    await table.deleteAll(items.map((item) => ({ pk: text(item, 'pk'), sk: text(item, 'sk') })));
  }
}

/** Returns up to 25 items, the maximum of one batch write. */
async function readBatch(table: Table, partition: string): Promise<readonly Item[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': partition },
    ProjectionExpression: 'pk, sk, answerAt, question',
    ConsistentRead: true,
    Limit: 25,
  });
  return items;
}
