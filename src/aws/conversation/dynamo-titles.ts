import { toUpdate } from '#aws/dynamo/change.ts';
import { conversationKey } from '#aws/dynamo/keys.ts';
import { ConditionFailed, type Table } from '#aws/dynamo/table.ts';
import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { ConversationChange } from '#domain/conversation/conversations.ts';

const exists = 'attribute_exists(pk) AND attribute_not_exists(deleting)';

/** Changes a conversation in one write. A title is from then on one that a person chose. */
export async function changeConversation(
  table: Table,
  key: ConversationKey,
  { title, settings }: ConversationChange,
): Promise<void> {
  const present = Object.keys(settings ?? {}).length === 0 ? undefined : settings;
  const attributes = {
    ...(title === undefined ? {} : { title, isRenamed: true }),
    ...(settings === undefined ? {} : { settings: present }),
  };
  try {
    await table.update({
      Key: conversationKey(key),
      ConditionExpression: exists,
      ...toUpdate(attributes),
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
