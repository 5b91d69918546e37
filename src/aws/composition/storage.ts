import type { Conversations } from '#domain/conversation/conversations.ts';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import type { LedgerEnvironment, StoreEnvironment } from '#aws/composition/environment.ts';
import { createS3LargeAnswers } from '#aws/conversation/large-answers.ts';
import type { Ledger } from '#domain/spending/ledger.ts';
import type { TurnLog } from '#domain/conversation/turn-log.ts';

/** What keeps turns, on DynamoDB and S3. */
export function createConversationStorage({
  conversationsTable,
  answersBucket,
}: StoreEnvironment): {
  readonly conversations: Conversations;
  readonly log: TurnLog;
} {
  const table = { client: createDocumentClient(), tableName: conversationsTable };
  const largeAnswers = createS3LargeAnswers(answersBucket);
  return {
    conversations: createDynamoConversations({ table, largeAnswers }),
    log: createDynamoTurnLog(table),
  };
}

/** What keeps what owners spend, on DynamoDB. */
export function createLedger({ conversationsTable, limits }: LedgerEnvironment): Ledger {
  return createDynamoLedger(
    { client: createDocumentClient(), tableName: conversationsTable },
    limits,
  );
}
