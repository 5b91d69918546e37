import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoDocuments } from '#aws/document/dynamo-documents.ts';
import type { Table } from '#aws/dynamo/table.ts';
import type { DocumentEnvironment } from '#aws/composition/environment/document-environment.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createS3Files } from '#aws/document/s3-files.ts';
import type { StepPorts } from '#documents/step.ts';
import type { Clock } from '#domain/clock.ts';

/** Returns everything that the steps of a workflow need, on DynamoDB and S3. */
export function createStepPorts(
  table: Table,
  { documentsBucket, limits }: DocumentEnvironment,
  clock: Clock,
): StepPorts {
  return {
    documents: createDynamoDocuments(table),
    files: createS3Files(documentsBucket),
    ledger: createDynamoLedger(table, limits),
    prices: bedrockPrices,
    clock,
  };
}
