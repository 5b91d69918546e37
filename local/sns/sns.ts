import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { createQueryEngine } from '#local/wire/aws-query.ts';
import { asQuery } from '#local/wire/rpc/query-operation.ts';
import type { Delivery, Send } from '#local/lambda/invoke/delivery.ts';
import { documentSchema } from '#local/process/documents.ts';
import { openStore } from '#local/process/store.ts';
import { publishOperations } from '#local/sns/publish-operations.ts';
import { subscriptionOperations } from '#local/sns/subscription-operations.ts';
import { invalidInput } from '#local/sns/topic.ts';
import { topicOperations } from '#local/sns/topic-operations.ts';
import { openTopics, type Topics } from '#local/sns/topics.ts';

/** The settings of the local SNS. */
export interface SnsOptions extends ServiceSettings {
  readonly send: Send;
  warn(message: string): void;
}

/** A local SNS. */
export interface Sns {
  readonly engine: Engine;
  readonly topics: Topics;
  /** Publishes a message of a service of AWS. Returns false if there is no such topic. */
  publish(topicArn: string, message: Delivery): boolean;
  close(): void;
}

/** Creates a local SNS with standard and FIFO topics, stored on disk. */
export function createSns(options: SnsOptions): Sns {
  const { data, disk, credentials, region, clock, send, warn } = options;
  const store = openStore(join(data, 'sns.sqlite'), documentSchema, disk);
  const topics = openTopics({ store, send, warn, now: clock.now });
  const operations = [
    ...publishOperations(topics),
    ...subscriptionOperations(topics),
    ...topicOperations(topics, region),
  ];
  const engine = createQueryEngine({
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    credentials,
    refuse: invalidInput,
    operations: new Map(operations.map(([name, each]) => [name, asQuery(each)])),
  });
  return {
    engine,
    topics,
    publish(topicArn, { body, ...message }) {
      const topic = topics.topic(topicArn);
      if (topic !== undefined) topics.publish(topic, { texts: { default: body }, ...message });
      return topic !== undefined;
    },
    close: () => store.close(),
  };
}
