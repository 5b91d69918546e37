import { conversationKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';

const exists = 'attribute_exists(pk) AND attribute_not_exists(deleting)';

/** Gives a conversation the title that a person chose. Throws `not_found`. */
export async function rename(table: Table, key: ConversationKey, title: string): Promise<void> {
  try {
    await table.update({
      Key: conversationKey(key),
      ConditionExpression: exists,
      UpdateExpression: 'SET title = :title, isRenamed = :true',
      ExpressionAttributeValues: { ':title': title, ':true': true },
    });
  } catch (error) {
    if (error instanceof ConditionFailed) throw unknownConversation();
    throw error;
  }
}

/** Replaces a title. Does nothing if it has changed, or if a person chose it. */
export async function retitle(
  table: Table,
  key: ConversationKey,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  try {
    await table.update({
      Key: conversationKey(key),
      ConditionExpression: `${exists} AND title = :from AND attribute_not_exists(isRenamed)`,
      UpdateExpression: 'SET title = :to',
      ExpressionAttributeValues: { ':from': from, ':to': to },
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
