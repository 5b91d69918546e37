import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { createSqsClient } from '#aws/task/sqs.ts';
import { isIdentifier } from '#domain/identifier.ts';
import { valueAt, tryParseJson } from '#domain/json.ts';
import type { TaskKey, TaskQueue } from '#domain/task/task.ts';

/** Returns a queue of tasks in SQS. */
export function createTaskQueue(queueUrl: string): TaskQueue {
  const client = createSqsClient();
  return {
    async send(key) {
      const MessageBody = toTaskMessage(key);
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    },
  };
}

/** Returns the body of a message, which names a task and has nothing of its content. */
export function toTaskMessage({ owner, taskId }: TaskKey): string {
  return JSON.stringify({ owner, task_id: taskId });
}

/** Returns the task that a message names; undefined for any other message. */
export function readTaskMessage(body: string): TaskKey | undefined {
  const message = tryParseJson(body);
  const [owner, taskId] = [valueAt(message, ['owner']), valueAt(message, ['task_id'])];
  if (typeof owner !== 'string' || typeof taskId !== 'string' || !isIdentifier(taskId)) {
    return undefined;
  }
  return { owner, taskId };
}
