import type { Conversations, Page, PageRequest } from '#domain/conversation/conversations.ts';
import { bindKey, openKey } from '#aws/conversation/dynamo-bound-keys.ts';
import { claimTurn } from '#aws/conversation/dynamo-begin.ts';
import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import {
  activityIndex,
  conversationKey,
  ownerPartition,
  type DynamoKey,
} from '#aws/dynamo/keys.ts';
import { deleteConversationItems } from '#aws/conversation/dynamo-remove.ts';
import { rename, retitle } from '#aws/conversation/dynamo-titles.ts';
import type { Table } from '#aws/dynamo/table.ts';
import {
  finishTurn,
  readTurn,
  readTurns,
  summarizeTurn,
  type TurnStore,
} from '#aws/conversation/dynamo-turns.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import { ChatError } from '#domain/errors.ts';

/**
 * Returns the conversations in a DynamoDB table. Each conversation is one item, which also has the
 * live turn. Each ended turn is an item of its own. Every write is a conditional write of a single
 * item.
 */
export function createDynamoConversations(store: TurnStore): Conversations {
  const { table } = store;
  return {
    begin: (beginning) => claimTurn(store, beginning),
    openKey: (key) => openKey(table, key),
    bindKey: (key, binding, replaces) => bindKey(table, key, binding, replaces),
    finish: (key, turn) => finishTurn(store, key, turn),
    summarize: (key, summary) => summarizeTurn(store.table, key, summary),
    find: (key) => readConversation(table, key),
    turn: (key) => readTurn(store, key),
    turns: (key, page) => readTurns(store, key, page),
    list: (owner, page) => list(table, owner, page),
    rename: (key, title) => rename(table, key, title),
    retitle: (key, titles) => retitle(table, key, titles),
    remove: (key) => deleteConversationItems(store, key),
  };
}

/** Reads a conversation consistently. While it is being deleted, it does not exist for readers. */
async function readConversation(
  table: Table,
  key: ConversationKey,
): Promise<Conversation | undefined> {
  const item = await table.get({ Key: conversationKey(key), ConsistentRead: true });
  if (item === undefined || item['deleting'] === true) return undefined;
  return fromConversationItem(key.owner, item);
}

async function list(
  table: Table,
  owner: string,
  { limit, cursor }: PageRequest,
): Promise<Page<Conversation>> {
  const page = await table.query({
    IndexName: activityIndex,
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'attribute_not_exists(deleting)',
    ExpressionAttributeValues: { ':pk': ownerPartition(owner) },
    ScanIndexForward: false,
    Limit: limit,
    ...(cursor === undefined ? {} : { ExclusiveStartKey: fromCursor(owner, cursor) }),
  });
  const items = page.items.map((item) => fromConversationItem(owner, item));
  return page.lastKey === undefined ? { items } : { items, cursor: toCursor(page.lastKey) };
}

/** A cursor has no owner in it, so it can never reach the conversations of another owner. */
function toCursor(key: Readonly<Record<string, unknown>>): string {
  return `${String(key['updatedAtMs'])}.${String(key['sk']).replace('CONVERSATION#', '')}`;
}

function fromCursor(owner: string, cursor: string): DynamoKey & { updatedAtMs: number } {
  const [, updatedAtMs, conversationId] = /^(\d{1,15})\.([\w-]{1,64})$/u.exec(cursor) ?? [];
  if (updatedAtMs === undefined || conversationId === undefined) {
    throw new ChatError('invalid_request', 'cursor: must be one returned by an earlier page');
  }
  return { ...conversationKey({ owner, conversationId }), updatedAtMs: Number(updatedAtMs) };
}
