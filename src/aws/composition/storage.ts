import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoSearch } from '#aws/conversation/dynamo-search.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createDynamoReservations } from '#aws/spending/dynamo-reservations.ts';
import { createS3LargeAnswers } from '#aws/conversation/large-answers.ts';
import type { Table } from '#aws/dynamo/table.ts';
import type { ConversationSearch } from '#domain/conversation/search.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** Returns the storage of conversations and turn logs, on DynamoDB and S3. */
export function createConversationStorage(
  table: Table,
  { answersBucket }: { readonly answersBucket: string },
): Omit<StoragePorts, 'clock'> {
  const largeAnswers = createS3LargeAnswers(answersBucket);
  return {
    conversations: createDynamoConversations({ table, largeAnswers }),
    log: createDynamoTurnLog(table),
    reservations: createDynamoReservations(table),
  };
}

/** Returns a search in the conversations of owners. */
export function createConversationSearch(
  table: Table,
  { answersBucket }: { readonly answersBucket: string },
): ConversationSearch {
  return createDynamoSearch({ table, largeAnswers: createS3LargeAnswers(answersBucket) });
}
