import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { createJsonEngine } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { openStore } from '#local/process/store.ts';
import { messageOperations } from '#local/sqs/operations.ts';
import { createSqsQueryEngine } from '#local/sqs/query-protocol.ts';
import { queueOperations } from '#local/sqs/queue-operations.ts';
import { createQueues, queueSchema, type Queues } from '#local/sqs/queues.ts';
import { accountId } from '#local/template/stack-context.ts';

/** The settings of the local SQS. */
export interface SqsOptions extends ServiceSettings {
  /** Returns the base URL of the AWS services of this host. */
  gateway(): string;
}

/** A local SQS. */
export interface Sqs {
  readonly engine: Engine;
  readonly queues: Queues;
  close(): void;
}

/** Creates a local SQS with standard and FIFO queues, stored on disk. */
export function createSqs({ data, disk, credentials, region, clock, gateway }: SqsOptions): Sqs {
  const store = openStore(join(data, 'sqs.sqlite'), queueSchema, disk);
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const queues = createQueues({ store, clock, arnOf });
  const urlOf = (name: string): string => `${gateway()}/${accountId}/${name}`;
  const operations = new Map([
    ...messageOperations(queues),
    ...queueOperations({ queues, urlOf, now: clock.now }),
  ]);
  const json = createJsonEngine({
    credentials,
    target: 'AmazonSQS',
    version: '1.0',
    errorPrefix: 'com.amazonaws.sqs#',
    operations,
  });
  const query = createSqsQueryEngine(credentials, operations);
  const engine: Engine = (...call) =>
    call[0].headers['x-amz-target'] === undefined ? query(...call) : json(...call);
  return { engine, queues, close: () => store.close() };
}
