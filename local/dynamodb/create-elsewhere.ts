import type { TableDefinition } from '#local/dynamodb/read-tables.ts';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';

/** Makes a table that is not there yet with another DynamoDB. Throws where it cannot be made. */
export async function createElsewhere(
  { name, schema }: TableDefinition,
  caller: ServiceCaller,
): Promise<void> {
  const { error } = await caller.send('dynamodb', {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
    },
    body: JSON.stringify({ ...schema, TableName: name }),
  });
  if (error === undefined || error.code === 'ResourceInUseException') return;
  throw new Error(`Table ${name} could not be made: ${error.code}: ${error.message}`);
}
