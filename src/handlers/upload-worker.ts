import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import { openTable } from '#aws/dynamo/table.ts';
import {
  readDocumentEnvironment,
  readUploadQueue,
  readWorkflowEnvironment,
} from '#aws/composition/environment/document-environment.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { createHideMessage } from '#aws/task/sqs.ts';
import { createWorkflows } from '#aws/document/step-functions-workflows.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { systemClock } from '#api/http/clock.ts';
import { handleBatch } from '#lambda/sqs-batch.ts';
import { ownerOfUploads, readUploads, startDocuments } from '#api/document/start-document.ts';

const { conversationsTable, documentsBucket } = readDocumentEnvironment(process.env);
const table = openTable(conversationsTable);
const ports = {
  documents: createDynamoDocuments(table),
  files: createS3Files(documentsBucket),
  workflows: createWorkflows(readWorkflowEnvironment(process.env).machines),
  clock: systemClock,
};

/** The queue of uploads: starts the workflow of each document once. */
export const handler = handleBatch(createLogSecret(table), {
  read: readUploads,
  about: (uploads) => ({ owner: ownerOfUploads(uploads) }),
  hide: createHideMessage(readUploadQueue(process.env)),
  handle: ({ message }) => startDocuments(ports, message),
});
