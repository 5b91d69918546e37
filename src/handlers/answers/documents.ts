import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerDocuments } from '#api/document/answer-documents.ts';
import {
  readDocumentEnvironment,
  readWorkflowEnvironment,
} from '#aws/composition/environment/document-environment.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import { createWorkflows } from '#aws/document/step-functions-workflows.ts';

/** `/documents` and `/analyses`: adds one, and reads its state. */
export function openDocuments(variables: Variables, table: Table): Answer {
  const ports = {
    documents: createDynamoDocuments(table),
    files: createS3Files(readDocumentEnvironment(variables).documentsBucket),
    workflows: createWorkflows(readWorkflowEnvironment(variables).machines),
    clock: systemClock,
  };
  return (request, invocation) => answerDocuments(ports, request, invocation);
}
