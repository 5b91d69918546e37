import type { Deliver } from '#local/lambda/invoke/async-events.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface DeliverySettings {
  readonly queues: Queues;
  /** Invokes a function asynchronously. */
  invoke(functionArn: string, body: string): void;
  /** Starts a state machine. Returns false if there is none with this ARN. */
  execute(machineArn: string, input: string): boolean;
  warn(message: string): void;
}

/** Creates the delivery of messages to queues, functions and state machines by ARN. */
export function createDelivery(settings: DeliverySettings): Deliver {
  const { queues, invoke, execute, warn } = settings;
  return (arn, { body, attributes = {} }) => {
    if (arn.startsWith('arn:aws:lambda:')) return invoke(arn, body);
    if (arn.startsWith('arn:aws:states:') && execute(arn, body)) return undefined;
    const queue = queues.byArn(arn);
    if (queue === undefined) return warn(`${arn}: there is no such delivery target`);
    const entries = Object.entries(attributes).map(
      ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
    );
    queues.send(queue, {
      body,
      attributes: JSON.stringify(Object.fromEntries(entries)),
      delayMs: queue.settings.delay * 1000,
      ...(queue.settings.isFifo ? { groupId: 'lambda', deduplicationId: undefined } : {}),
    });
    return undefined;
  };
}
