import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { conversationKey, logsPartition, turnsPartition } from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { freeConversation, readTurn, type TurnStore } from '#aws/conversation/dynamo-turns.ts';
import { turnIsRunning, unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';

/** Removes a conversation with its turns and their logs. One cut short can be tried again. */
export async function removeConversation(store: TurnStore, key: ConversationKey): Promise<void> {
  const { table } = store;
  await markDeleting(store, key);
  await removeItems(store, logsPartition(key));
  await removeItems(store, turnsPartition(key));
  await table.client.send(
    new DeleteCommand({ TableName: table.tableName, Key: conversationKey(key) }),
  );
}

/** From here on the conversation is gone for readers. */
async function markDeleting(store: TurnStore, key: ConversationKey): Promise<void> {
  const { client, tableName } = store.table;
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: conversationKey(key),
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(liveTurn)',
        UpdateExpression: 'SET deleting = :true',
        ExpressionAttributeValues: { ':true': true },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    await assertEnded(store, key);
    await markDeleting(store, key);
  }
}

/** Throws why a conversation cannot be removed; a turn that has ended does not stand in its way. */
async function assertEnded(store: TurnStore, key: ConversationKey): Promise<void> {
  const { client, tableName } = store.table;
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: conversationKey(key), ConsistentRead: true }),
  );
  if (Item === undefined) throw unknownConversation();
  const { liveTurn: live } = fromConversationItem(key.owner, Item);
  if (live === undefined) return;
  const { turnId, sequence } = live;
  if ((await readTurn(store, { ...key, turnId, sequence })) === undefined)
    throw turnIsRunning(live);
  await freeConversation(store.table, key, turnId);
}

async function removeItems({ table, largeAnswers }: TurnStore, partition: string): Promise<void> {
  for (;;) {
    const items = await someItems(table, partition);
    if (items.length === 0) return;
    for (const { answerAt } of items) {
      if (typeof answerAt === 'string') await largeAnswers.remove(answerAt);
    }
    const requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    // What is left unprocessed is found again by the next round.
    const RequestItems = { [table.tableName]: requests };
    await table.client.send(new BatchWriteCommand({ RequestItems }));
  }
}

async function someItems(
  { client, tableName }: Table,
  partition: string,
): Promise<readonly Item[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition },
      ProjectionExpression: 'pk, sk, answerAt',
      ConsistentRead: true,
      Limit: 25,
    }),
  );
  return Items;
}
