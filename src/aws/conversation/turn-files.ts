import { message } from '#aws/conversation/conversation-items.ts';
import type { LargeAnswers } from '#aws/conversation/large-answers.ts';
import type { Item } from '#aws/dynamo/item-fields.ts';
import { keptName, uploadedName } from '#domain/conversation/attachment.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { attachmentsIn } from '#domain/conversation/message.ts';

/**
 * Removes the files of a stored turn from the bucket: an answer that is too large for the item, and
 * those of its question. Repeating the call changes nothing. Another conversation has its own copies.
 */
export async function removeTurnFiles(
  { largeAnswers }: { readonly largeAnswers: LargeAnswers },
  { owner, conversationId }: ConversationKey,
  { answerAt, question }: Item,
): Promise<void> {
  if (typeof answerAt === 'string') await largeAnswers.remove(answerAt);
  const attachments = question === undefined ? [] : attachmentsIn(message(question));
  for (const { attachmentId } of attachments) {
    await largeAnswers.remove(keptName({ owner, attachmentId, conversationId }));
    await largeAnswers.remove(uploadedName({ owner, attachmentId }));
  }
}
