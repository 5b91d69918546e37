import { Duration, type Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';

export interface QueueSettings {
  readonly visibility: Duration;
  readonly maxReceiveCount: number;
}

/**
 * Adds a queue with a dead-letter queue. Failed messages wait there for two weeks and can be sent
 * back.
 */
export function addQueue(
  stack: Stack,
  id: string,
  { visibility, maxReceiveCount }: QueueSettings,
): Queue {
  const common = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  const dead = new Queue(stack, `Dead${id}`, common);
  const deadLetterQueue = { queue: dead, maxReceiveCount };
  return new Queue(stack, id, { ...common, visibilityTimeout: visibility, deadLetterQueue });
}
