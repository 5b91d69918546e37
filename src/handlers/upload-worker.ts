import { createDynamoDocuments } from '#aws/dynamo-documents.ts';
import { createDocumentClient } from '#aws/dynamo-table.ts';
import {
  readDocumentEnvironment,
  readUploadQueue,
  readWorkflowEnvironment,
} from '#aws/environment.ts';
import { createS3Files } from '#aws/s3-files.ts';
import { createSqsTaskQueue } from '#aws/sqs-task-queue.ts';
import { createWorkflows } from '#aws/step-functions-workflows.ts';
import { systemClock } from '#lambda/clock.ts';
import { handleBatch } from '#lambda/sqs-batch.ts';
import { readUploads, startDocuments } from '#lambda/start-document.ts';

const { conversationsTable: tableName, documentsBucket } = readDocumentEnvironment(process.env);
const ports = {
  documents: createDynamoDocuments({ client: createDocumentClient(), tableName }),
  files: createS3Files(documentsBucket),
  workflows: createWorkflows(readWorkflowEnvironment(process.env).machines),
  clock: systemClock,
};

/** The queue of what was uploaded: each document's workflow is started, once. */
export const handler = handleBatch({
  read: readUploads,
  hide: createSqsTaskQueue(readUploadQueue(process.env)).hide,
  handle: ({ message }) => startDocuments(ports, message),
});
