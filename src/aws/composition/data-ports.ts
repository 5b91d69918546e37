import { answerFolders, type LargeAnswers } from '#aws/conversation/large-answers.ts';
import { createS3Attachments } from '#aws/conversation/s3-attachments.ts';
import { createDynamoConversations } from '#aws/conversation/dynamo-conversations.ts';
import { createDynamoTurnLog } from '#aws/conversation/dynamo-turn-log.ts';
import type { DataBuckets } from '#aws/composition/environment/data-environment.ts';
import { createDynamoOwnedData } from '#aws/data/dynamo-owned-data.ts';
import { createS3OwnedFiles, createS3OwnedUploads, readBase64 } from '#aws/data/s3-owned-files.ts';
import type { OpenS3 } from '#aws/request/open-s3.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import type { Table } from '#aws/dynamo/table.ts';
import { createDynamoPageSessions } from '#aws/identity/dynamo-page-sessions.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import type { Clock } from '#domain/clock.ts';
import { keptFiles } from '#domain/conversation/attachment.ts';
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
  const attachments = createS3Attachments(s3, answersBucket);
  const uploads = createS3OwnedUploads(s3, answersBucket);
  return {
    owned: createDynamoOwnedData({ table, largeAnswers, sessions, pageSessions, uploads }),
    files: {
      conversations: createS3OwnedFiles(s3, answersBucket, conversationFolders, conversationOf),
      documents: createS3OwnedFiles(s3, documentsBucket, documentFolders),
      exports: createS3OwnedFiles(s3, exportsBucket, exportFolders),
    },
    async readFile(key) {
      const file = await attachments.read(key);
      if (file === undefined) return undefined;
      return { attachment: file.attachment, base64: Buffer.from(file.bytes).toString('base64') };
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

/** Returns the folders with all files of an owner's conversations, in the order of their names. */
function conversationFolders(owner: string): readonly string[] {
  return [...answerFolders(owner), keptFiles(owner)];
}

/** Below the folder of answers, the conversation comes first; below that of files, it comes last. */
function conversationOf(name: string, folder: string): string {
  const parts = name.slice(folder.length).split('/');
  return parts.at(name.startsWith('attachments/') ? -1 : 0) ?? '';
}
