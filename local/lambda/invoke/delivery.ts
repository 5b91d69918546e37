import type { Deliver, Delivery } from '#local/lambda/invoke/async-events.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface DeliverySettings {
  readonly queues: Queues;
  /** Invokes a function asynchronously. */
  invoke(functionArn: string, body: string): void;
  /** Starts a state machine. Returns false if there is none with this ARN. */
  execute(machineArn: string, input: string): boolean;
  warn(message: string): void;
}

/**
 * Creates the delivery of messages to queues, functions and state machines by ARN. A message that
 * cannot be delivered is dropped with a warning: whoever sends it does not wait for it.
 */
export function createDelivery(settings: DeliverySettings): Deliver {
  return (arn, message) => {
    try {
      deliver(settings, arn, message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      settings.warn(`${arn}: a message was not delivered: ${reason}`);
    }
  };
}

function deliver(
  { queues, invoke, execute }: DeliverySettings,
  arn: string,
  { body, attributes = {} }: Delivery,
): void {
  if (arn.startsWith('arn:aws:lambda:')) return invoke(arn, body);
  if (arn.startsWith('arn:aws:states:') && execute(arn, body)) return;
  const queue = queues.byArn(arn);
  if (queue === undefined) throw new Error('there is no such delivery target');
  const entries = Object.entries(attributes).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  queues.send(queue, {
    body,
    attributes: JSON.stringify(Object.fromEntries(entries)),
    delayMs: queue.settings.delay * 1000,
    ...(queue.settings.isFifo ? { groupId: 'lambda', deduplicationId: undefined } : {}),
  });
}
