import type { Queues } from '#local/sqs/queues.ts';
import type { MessageAttributes } from '#local/sqs/message-attributes.ts';

/** A message for what an ARN names. */
export interface Delivery {
  readonly body: string;
  readonly attributes?: MessageAttributes | undefined;
  /** The message group in a FIFO queue or topic. */
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** The subject on an SNS topic. */
  readonly subject?: string | undefined;
  /** What the message is on an event bus, where the body is the detail. */
  readonly event?: EventHead | undefined;
}

/** The members of an event that say what it is. */
export interface EventHead {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
}

/** Sends a message to what an ARN names. Throws a `DeliveryError` if there is no such thing. */
export type Send = (arn: string, message: Delivery) => void;

/** Sends a message to what an ARN names. Never throws. */
export type Deliver = (arn: string, message: Delivery) => void;

/** Thrown for a message that cannot be delivered, with EventBridge's code for the reason. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: 'NO_RESOURCE' | 'INVALID_PARAMETER';

  constructor(code: DeliveryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether something took a message: false if it does not exist. */
type Take = (arn: string, message: Delivery) => boolean;

/** What takes messages, by the service in the ARN. Each has a message on disk when it returns. */
export interface DeliveryTargets {
  readonly queues: Queues;
  readonly lambda: Take;
  readonly states: Take;
  readonly sns: Take;
  readonly events: Take;
  readonly logs: Take;
}

/** Returns what sends messages by ARN. */
export function createSender({ queues, ...services }: DeliveryTargets): Send {
  const takers: Readonly<Record<string, Take>> = {
    ...services,
    sqs: (arn, message) => sendToQueue(queues, arn, message),
  };
  return (arn, message) => {
    const service = arn.split(':')[2] ?? '';
    const take = Object.hasOwn(takers, service) ? takers[service] : undefined;
    if (take?.(arn, message) === true) return;
    throw new DeliveryError('NO_RESOURCE', 'there is no such delivery target');
  };
}

/**
 * Returns a sender that drops what cannot be delivered, with a warning: whoever sends it does not
 * wait for it.
 */
export function createDelivery(send: Send, warn: (message: string) => void): Deliver {
  return (arn, message) => {
    try {
      send(arn, message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warn(`${arn}: a message was not delivered: ${reason}`);
    }
  };
}

/** Returns texts as attributes of a message. */
export function textAttributes(texts: Readonly<Record<string, string>>): MessageAttributes {
  const entries = Object.entries(texts).map(
    ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
  );
  return Object.fromEntries(entries);
}

function sendToQueue(
  queues: Queues,
  arn: string,
  { body, attributes = {}, groupId, deduplicationId }: Delivery,
): boolean {
  const queue = queues.byArn(arn);
  if (queue === undefined) return false;
  const { isFifo, deduplicatesByContent, delay } = queue.settings;
  if (isFifo && groupId === undefined) {
    throw new DeliveryError('INVALID_PARAMETER', 'a FIFO queue needs a message group');
  }
  if (isFifo && deduplicationId === undefined && !deduplicatesByContent) {
    const message = 'the queue needs a deduplication id or ContentBasedDeduplication';
    throw new DeliveryError('INVALID_PARAMETER', message);
  }
  queues.send(queue, {
    body,
    attributes: JSON.stringify(attributes),
    delayMs: delay * 1000,
    ...(isFifo ? { groupId, deduplicationId } : {}),
  });
  return true;
}
