import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The table that everything is kept in, and a way to it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** A document client that writes no `undefined`; the SDK finds Region and endpoint by itself. */
export function createDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/** A time as DynamoDB's time to live wants it: whole seconds. */
export function toExpiry(timeMs: number): number {
  return Math.ceil(timeMs / 1_000);
}
