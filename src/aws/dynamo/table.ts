import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createPatientRetries } from '#aws/dynamo/patient-retries.ts';

/** A DynamoDB table and the client to reach it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** DynamoDB answers within milliseconds, so a request that takes longer is repeated. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };

/**
 * Returns a table with a client of its own. A function opens its table once: every client has its
 * own connections, and each new connection costs a TLS handshake.
 */
export function openTable(tableName: string): Table {
  return { client: createDocumentClient(), tableName };
}

/** Returns a client that writes no `undefined`. The SDK finds Region and endpoint by itself. */
export function createDocumentClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  const requestHandler = new NodeHttpHandler(timeouts);
  const retryStrategy = createPatientRetries();
  const client = new DynamoDBClient({ requestHandler, retryStrategy, ...config });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Returns a time in whole seconds, as DynamoDB's time to live expects it. */
export function toExpiry(timeMs: number): number {
  return Math.ceil(timeMs / 1_000);
}
