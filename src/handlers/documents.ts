import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import { openTable } from '#aws/dynamo/table.ts';
import {
  readDocumentEnvironment,
  readWorkflowEnvironment,
} from '#aws/composition/environment/document-environment.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { createWorkflows } from '#aws/document/step-functions-workflows.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerDocuments } from '#api/document/answer-documents.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const { conversationsTable, documentsBucket } = readDocumentEnvironment(process.env);
const table = openTable(conversationsTable);
const ports = {
  documents: createDynamoDocuments(table),
  files: createS3Files(documentsBucket),
  workflows: createWorkflows(readWorkflowEnvironment(process.env).machines),
  clock: systemClock,
};

/** `/documents` and `/analyses`: adds one, and reads its state. */
export const handler = respondBuffered(createLogSecret(table), (request, invocation) =>
  answerDocuments(ports, request, invocation),
);
