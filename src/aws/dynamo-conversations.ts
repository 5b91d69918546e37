import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { fromConversationItem } from '#aws/dynamo-items.ts';
import {
  activityIndex,
  conversationKey,
  ownerPartition,
  turnsPartition,
  type DynamoKey,
} from '#aws/dynamo-keys.ts';
import {
  afterRecovery,
  beginTurn,
  finishTurn,
  readConversation,
  readTurns,
  unknownConversation,
  type Table,
} from '#aws/dynamo-turns.ts';
import type { Conversation, ConversationKey } from '#domain/conversation.ts';
import { ChatError } from '#domain/errors.ts';
import type { Conversations, Page, PageRequest } from '#domain/ports.ts';

/**
 * Conversations in one DynamoDB table: an item a conversation, which holds the live turn, and an
 * item for each ended turn. Every write is a conditional write of a single item.
 */
export function createDynamoConversations(
  client: DynamoDBDocumentClient,
  tableName: string,
): Conversations {
  const table = { client, tableName };
  return {
    begin: (beginning) => beginTurn(table, beginning),
    finish: (key, turn) => finishTurn(table, key, turn),
    find: (key) => readConversation(table, key),
    turns: (key, page) => readTurns(table, key, page),
    list: (owner, page) => list(table, owner, page),
    rename: (key, title) => rename(table, key, title),
    async remove(key, nowMs) {
      await afterRecovery(table, key, { nowMs, attempt: markDeleting });
      await removeTurns(table, key);
      await client.send(new DeleteCommand({ TableName: tableName, Key: conversationKey(key) }));
    },
  };
}

/** A document client that writes no `undefined`; the SDK finds Region and endpoint by itself. */
export function createDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

async function list(
  { client, tableName }: Table,
  owner: string,
  { limit, cursor }: PageRequest,
): Promise<Page<Conversation>> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: activityIndex,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'attribute_not_exists(deleting)',
      ExpressionAttributeValues: { ':pk': ownerPartition(owner) },
      ScanIndexForward: false,
      Limit: limit,
      ...(cursor === undefined ? {} : { ExclusiveStartKey: fromCursor(owner, cursor) }),
    }),
  );
  const items = Items.map((item) => fromConversationItem(owner, item));
  return LastEvaluatedKey === undefined ? { items } : { items, cursor: toCursor(LastEvaluatedKey) };
}

/** A cursor holds no owner, so nobody's cursor reaches into another's conversations. */
function toCursor(key: Readonly<Record<string, unknown>>): string {
  return `${String(key['updatedAtMs'])}.${String(key['sk']).replace('CONVERSATION#', '')}`;
}

function fromCursor(owner: string, cursor: string): DynamoKey & { updatedAtMs: number } {
  const [, updatedAtMs, conversationId] = /^(\d{1,15})\.([\w-]{1,64})$/u.exec(cursor) ?? [];
  if (updatedAtMs === undefined || conversationId === undefined) {
    throw new ChatError('invalid_request', 'cursor: must be one that an earlier page gave');
  }
  return { ...conversationKey({ owner, conversationId }), updatedAtMs: Number(updatedAtMs) };
}

async function rename(
  { client, tableName }: Table,
  key: ConversationKey,
  title: string,
): Promise<void> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: conversationKey(key),
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deleting)',
        UpdateExpression: 'SET title = :title',
        ExpressionAttributeValues: { ':title': title },
      }),
    );
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) throw unknownConversation();
    throw error;
  }
}

/** From here on the conversation is gone for readers; a removal cut short can be tried again. */
async function markDeleting({ client, tableName }: Table, key: ConversationKey): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: tableName,
      Key: conversationKey(key),
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(liveTurn)',
      UpdateExpression: 'SET deleting = :true',
      ExpressionAttributeValues: { ':true': true },
    }),
  );
}

async function removeTurns(table: Table, key: ConversationKey): Promise<void> {
  for (;;) {
    const keys = await turnKeys(table, key);
    if (keys.length === 0) return;
    const requests = keys.map((Key) => ({ DeleteRequest: { Key } }));
    // What is left unprocessed is found again by the next round.
    const RequestItems = { [table.tableName]: requests };
    await table.client.send(new BatchWriteCommand({ RequestItems }));
  }
}

async function turnKeys(
  { client, tableName }: Table,
  key: ConversationKey,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': turnsPartition(key) },
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
      Limit: 25,
    }),
  );
  return Items;
}
