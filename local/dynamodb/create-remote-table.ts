import type { TableDefinition } from '#local/dynamodb/read-tables.ts';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';

/** Creates a table in a remote DynamoDB, unless it exists. Throws if the service refuses. */
export async function createRemoteTable(
  { name, schema, stream }: TableDefinition,
  caller: ServiceCaller,
): Promise<void> {
  const { error } = await caller.send('dynamodb', {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
    },
    body: JSON.stringify({
      ...schema,
      TableName: name,
      StreamSpecification:
        stream === undefined ? undefined : { StreamEnabled: true, StreamViewType: stream },
    }),
  });
  if (error === undefined || error.code === 'ResourceInUseException') return;
  throw new Error(`Could not create table ${name}: ${error.code}: ${error.message}`);
}
