import type { Conversations } from '#domain/conversation/conversations.ts';
import { bindKey, openKey } from '#aws/conversation/dynamo-bound-keys.ts';
import { claimTurn } from '#aws/conversation/dynamo-begin.ts';
import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import { conversationKey } from '#aws/dynamo/keys.ts';
import { listConversations } from '#aws/conversation/dynamo-list.ts';
import { deleteConversationItems } from '#aws/conversation/dynamo-remove.ts';
import { changeConversation, retitle } from '#aws/conversation/dynamo-titles.ts';
import type { Table } from '#aws/dynamo/table.ts';
import {
  finishTurn,
  rateTurn,
  readTurn,
  readTurns,
  summarizeTurn,
  type TurnStore,
} from '#aws/conversation/dynamo-turns.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';

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
    rate: (key, turnId, feedback) => rateTurn(table, key, turnId, feedback),
    find: (key) => readConversation(table, key),
    turn: (key) => readTurn(store, key),
    turns: (key, page) => readTurns(store, key, page),
    list: (owner, page) => listConversations(table, owner, page),
    change: (key, change) => changeConversation(table, key, change),
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
