import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { TaskKey, TaskQueue } from '#domain/task/task.ts';

export interface SqsTaskQueue extends TaskQueue {
  /** Hides a message from now on for so long, at most about twelve hours. */
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** SQS hides a message for twelve hours at most, counted from when it was received. */
const maxHiddenSeconds = 42_000;

/** A queue of tasks in SQS. Its messages name a task and hold nothing of it. */
export function createSqsTaskQueue(queueUrl: string): SqsTaskQueue {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  });
  const client = new SQSClient({ requestHandler });
  return {
    async send({ owner, taskId }: TaskKey) {
      const MessageBody = JSON.stringify({ owner, task_id: taskId });
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    },
    async hide(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.min(seconds, maxHiddenSeconds),
        }),
      );
    },
  };
}
