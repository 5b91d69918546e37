import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** Returns an SQS client; the SDK finds Region and endpoint by itself. */
export function createSqsClient(): SQSClient {
  return new SQSClient({ requestHandler: new NodeHttpHandler(timeouts) });
}

/** Hides a message of a queue for some seconds from now on. */
export type HideMessage = (receiptHandle: string, seconds: number) => Promise<void>;

/** SQS hides a message for at most twelve hours after it was received. */
const maxHiddenSeconds = 42_000;

/** Returns a function that hides messages of a queue, for at most about twelve hours. */
export function createHideMessage(queueUrl: string): HideMessage {
  const client = createSqsClient();
  return async (receiptHandle, seconds) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.min(seconds, maxHiddenSeconds),
      }),
    );
  };
}
