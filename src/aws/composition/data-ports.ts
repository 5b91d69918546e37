import { answerFolders, type LargeAnswers } from '#aws/conversation/large-answers.ts';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import type { DataBuckets } from '#aws/composition/data-environment.ts';
import { createDynamoOwnedData } from '#aws/data/dynamo-owned-data.ts';
import { createS3OwnedFiles, readBase64, type OpenS3 } from '#aws/data/s3-owned-files.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { createDynamoPageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import type { Clock } from '#domain/clock.ts';
import type { DeletionPorts } from '#domain/data/delete-data.ts';
import type { ReadingPorts } from '#domain/data/export-entries.ts';
import { exportFolders } from '#domain/data/export-files.ts';
import { documentFolders, uploadName, type Workflows } from '#domain/document/document.ts';

/** The services that store data of owners. */
export interface DataServices {
  readonly conversations: Table;
  /** LangChain's sessions; undefined in a deployment without them. */
  readonly sessions: Table | undefined;
  readonly largeAnswers: LargeAnswers;
  readonly s3: OpenS3;
  readonly workflows: Pick<Workflows, 'describe'>;
}

/** Returns every place where something of an owner is stored, on DynamoDB and S3. */
export function createDataPorts(
  { conversations: table, sessions, largeAnswers, s3, workflows }: DataServices,
  environment: DataBuckets,
  clock: Clock,
): DeletionPorts & ReadingPorts {
  const { answersBucket, documentsBucket, exportsBucket, limits } = environment;
  const ledger = createDynamoLedger(table, limits);
  const pageSessions = createDynamoPageSessions(table, clock);
  return {
    owned: createDynamoOwnedData({ table, largeAnswers, sessions, pageSessions }),
    files: {
      conversations: createS3OwnedFiles(s3, answersBucket, answerFolders),
      documents: createS3OwnedFiles(s3, documentsBucket, documentFolders),
      exports: createS3OwnedFiles(s3, exportsBucket, exportFolders),
    },
    readUpload: (key) => readBase64(s3, documentsBucket, uploadName(key)),
    conversations: createDynamoConversations({ table, largeAnswers }),
    log: createDynamoTurnLog(table),
    tasks: createDynamoTasks(table),
    documents: createDynamoDocuments(table),
    workflows,
    reservations: ledger,
    ledger,
    clock,
  };
}
