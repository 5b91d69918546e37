import type { Deliver } from '#local/lambda/invoke/async-events.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface DeliverySettings {
  readonly queues: Queues;
  /** Gives a function an event. */
  invoke(functionArn: string, body: string): void;
  /** Starts a state machine; false where there is none. */
  execute(machineArn: string, input: string): boolean;
  warn(message: string): void;
}

/** Hands messages to queues, functions and state machines, by their ARN. */
export function createDelivery(settings: DeliverySettings): Deliver {
  const { queues, invoke, execute, warn } = settings;
  return (arn, { body, attributes = {} }) => {
    if (arn.startsWith('arn:aws:lambda:')) return invoke(arn, body);
    if (arn.startsWith('arn:aws:states:') && execute(arn, body)) return undefined;
    const queue = queues.byArn(arn);
    if (queue === undefined) return warn(`${arn}: nothing can be delivered there`);
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
