import { Duration, type Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';

export interface QueueSettings {
  readonly visibility: Duration;
  readonly maxReceiveCount: number;
}

/** A queue, and one where what cannot be done waits for two weeks to be sent back. */
export function addQueue(
  stack: Stack,
  id: string,
  { visibility, maxReceiveCount }: QueueSettings,
): Queue {
  const kept = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  const dead = new Queue(stack, `Dead${id}`, kept);
  const deadLetterQueue = { queue: dead, maxReceiveCount };
  return new Queue(stack, id, { ...kept, visibilityTimeout: visibility, deadLetterQueue });
}
