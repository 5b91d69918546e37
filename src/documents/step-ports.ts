import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import { createDocumentClient } from '#aws/dynamo/table.ts';
import type { DocumentEnvironment } from '#aws/composition/environment.ts';
import { createLedger } from '#aws/composition/storage.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import type { StepPorts } from '#documents/step.ts';
import type { Clock } from '#domain/clock.ts';

/** All that the steps of a workflow need, on DynamoDB and S3. */
export function createStepPorts(environment: DocumentEnvironment, clock: Clock): StepPorts {
  const { conversationsTable: tableName, documentsBucket } = environment;
  return {
    documents: createDynamoDocuments({ client: createDocumentClient(), tableName }),
    files: createS3Files(documentsBucket),
    ledger: createLedger(environment),
    prices: bedrockPrices,
    clock,
  };
}
