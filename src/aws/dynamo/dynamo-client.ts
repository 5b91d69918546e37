import { setTimeout } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { SdkError } from '@smithy/types';
import { createPatientRetries } from '#aws/request/patient-retries.ts';
import { createJsonSender, ServiceError } from '#aws/request/json-sender.ts';
import { lambdaConfig, type ServiceConfig } from '#aws/request/service-config.ts';
import type { SenderTimeouts } from '#aws/request/signed-sender.ts';

/** An item in DynamoDB's own JSON, where each value names its type. */
export type WireItem = Record<string, AttributeValue>;

/** The members of DynamoDB's responses that are read. */
export interface DynamoOutput {
  readonly Item?: WireItem;
  readonly Attributes?: WireItem;
  readonly Items?: readonly WireItem[];
  readonly LastEvaluatedKey?: WireItem;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

/** Sends one operation of DynamoDB and returns its output. Throws a `ServiceError`. */
export type DynamoClient = (
  operation: DynamoOperation,
  input: object,
  signal?: AbortSignal,
) => Promise<DynamoOutput>;

export type DynamoOperation =
  | 'GetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'Query'
  | 'Scan'
  | 'DeleteItem'
  | 'BatchWriteItem';

/** DynamoDB answers within milliseconds, so a request that takes longer is repeated. */
const timeouts: SenderTimeouts = { connectionTimeout: 1_000, requestTimeout: 3_000 };

/**
 * Returns the client of a function on Lambda. It repeats a request while DynamoDB is busy or does
 * not answer. It is much smaller than the SDK's: most requests of a turn go through it.
 */
export function createDynamoClient(): DynamoClient {
  return withPatience(sendOnce(lambdaConfig('dynamodb'), timeouts));
}

/** Returns a client that sends each request once. */
export function sendOnce(config: ServiceConfig, limits: SenderTimeouts): DynamoClient {
  const send = createJsonSender<DynamoOutput>(config, limits);
  return (operation, input, signal) => send(`DynamoDB_20120810.${operation}`, input, signal);
}

/** Returns a client that repeats requests that may not have been executed. */
export function withPatience(client: DynamoClient): DynamoClient {
  const retries = createPatientRetries();
  return async (operation, input, signal) => {
    let token = await retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        return await client(operation, input, signal);
      } catch (error) {
        try {
          token = await retries.refreshRetryTokenForRetry(token, { errorType: typeOf(error) });
        } catch {
          throw error;
        }
      }
      await setTimeout(token.getRetryDelay(), undefined, signal && { signal });
    }
  };
}

function typeOf(error: unknown): 'THROTTLING' | 'TRANSIENT' | 'CLIENT_ERROR' {
  if (!isSdkError(error)) return 'CLIENT_ERROR';
  if (isThrottlingError(error)) return 'THROTTLING';
  return isTransientError(error) ? 'TRANSIENT' : 'CLIENT_ERROR';
}

function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}

/** Returns what a failed condition reports; undefined for any other error. */
export function conditionFailure(error: unknown): Pick<DynamoOutput, 'Item'> | undefined {
  const isFailure =
    error instanceof ServiceError && error.name === 'ConditionalCheckFailedException';
  return isFailure ? JSON.parse(error.json) : undefined;
}
