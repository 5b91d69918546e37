import { fromConversationItem } from '#aws/conversation/conversation-items.ts';
import {
  activityIndex,
  conversationKey,
  ownerPartition,
  type DynamoKey,
} from '#aws/dynamo/keys.ts';
import type { Table } from '#aws/dynamo/table.ts';
import type { Conversation } from '#domain/conversation/conversation.ts';
import type { Page, PageRequest } from '#domain/conversation/conversations.ts';
import { ChatError } from '#domain/errors.ts';

/** Returns a page of the owner's conversations, most recently used first. */
export async function listConversations(
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

/** Returns the cursor of the page that begins after a conversation. */
export function cursorAfter({ updatedAtMs, conversationId }: Conversation): string {
  return `${updatedAtMs}.${conversationId}`;
}

function fromCursor(owner: string, cursor: string): DynamoKey & { updatedAtMs: number } {
  const [, updatedAtMs, conversationId] = /^(\d{1,15})\.([\w-]{1,64})$/u.exec(cursor) ?? [];
  if (updatedAtMs === undefined || conversationId === undefined) {
    throw new ChatError('invalid_request', 'cursor: must be one returned by an earlier page');
  }
  return { ...conversationKey({ owner, conversationId }), updatedAtMs: Number(updatedAtMs) };
}
