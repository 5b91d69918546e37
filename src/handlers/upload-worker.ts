import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import {
  readDocumentEnvironment,
  readUploadQueue,
  readWorkflowEnvironment,
} from '#aws/composition/environment.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { createSqsTaskQueue } from '#aws/task/sqs-task-queue.ts';
import { createWorkflows } from '#aws/document/step-functions-workflows.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { handleBatch } from '#lambda/runtime/sqs-batch.ts';
import { readUploads, startDocuments } from '#lambda/document/start-document.ts';

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
