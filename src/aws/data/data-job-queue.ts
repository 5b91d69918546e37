import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { createSqsClient } from '#aws/task/sqs.ts';
import type { DataJobMessage, DataJobQueue } from '#domain/data/data-job.ts';
import { isIdentifier } from '#domain/identifier.ts';
import { tryParseJson, valueAt } from '#domain/json.ts';

/** Returns a queue of exports and deletions in SQS. */
export function createDataJobQueue(queueUrl: string): DataJobQueue {
  const client = createSqsClient();
  return {
    async send(message, DelaySeconds) {
      const MessageBody = toDataJobMessage(message);
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, DelaySeconds }));
    },
  };
}

/** Returns the body of a message, which names a job and has nothing of its content. */
export function toDataJobMessage({ owner, kind, jobId, step }: DataJobMessage): string {
  return JSON.stringify({ owner, kind, job_id: jobId, step });
}

/** Returns the job that a message names; undefined for any other message. */
export function readDataJobMessage(body: string): DataJobMessage | undefined {
  const message = tryParseJson(body);
  const [owner, jobId] = [valueAt(message, ['owner']), valueAt(message, ['job_id'])];
  const [kind, step] = [valueAt(message, ['kind']), valueAt(message, ['step'])];
  if (typeof owner !== 'string' || typeof jobId !== 'string' || !isIdentifier(jobId)) {
    return undefined;
  }
  if ((kind !== 'export' && kind !== 'deletion') || typeof step !== 'number') return undefined;
  return { owner, kind, jobId, step };
}
