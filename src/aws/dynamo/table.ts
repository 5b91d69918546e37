import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The table that everything is kept in, and a way to it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** A request that is not answered by then is made again: DynamoDB answers within milliseconds. */
const patience = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

/** A document client that writes no `undefined`; the SDK finds Region and endpoint by itself. */
export function createDocumentClient(): DynamoDBDocumentClient {
  const requestHandler = new NodeHttpHandler(patience);
  return DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/** A time as DynamoDB's time to live wants it: whole seconds. */
export function toExpiry(timeMs: number): number {
  return Math.ceil(timeMs / 1_000);
}
