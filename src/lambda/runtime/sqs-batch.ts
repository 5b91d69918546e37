import { toChatError } from '#domain/errors.ts';
import type { DeliveryOutcome } from '#domain/task/task.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import { withinDeadline } from '#lambda/runtime/deadline.ts';
import type { Invocation } from '#lambda/runtime/http.ts';
import { describeCause, logError } from '#lambda/runtime/log.ts';

/** The part of Lambda's event with messages of a queue that is read. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** Tells Lambda which messages to deliver again. */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A message, and how often it has been delivered, from 1. */
export interface Received<Message> {
  readonly message: Message;
  readonly count: number;
}

export interface BatchPorts<Message> {
  /** Returns the message in a body; undefined if the body is not recognised. */
  read(body: string): Message | undefined;
  handle(received: Received<Message>, invocation: Invocation): Promise<DeliveryOutcome>;
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** The time reserved to end a turn: enough for a few writes. */
const marginMs = 10_000;

/**
 * Returns a handler for a queue. Each message is finished or delivered again, independently of the
 * others.
 */
export function handleBatch<Message>(
  ports: BatchPorts<Message>,
): (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse> {
  return (event, context) =>
    withinDeadline(context, marginMs, async (invocation) => {
      const failed = await Promise.all(
        event.Records.map(async (record): Promise<readonly SqsRecord[]> => {
          const outcome = await deliver(record, ports, invocation);
          if (outcome.type === 'done') return [];
          // If this fails, the queue's own visibility timeout applies.
          await ports.hide(record.receiptHandle, outcome.afterSeconds).catch(() => undefined);
          return [record];
        }),
      );
      const batchItemFailures = failed
        .flat()
        .map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { batchItemFailures };
    });
}

/** After an unexpected error a message is delivered again, with a longer delay each time. */
async function deliver<Message>(
  record: SqsRecord,
  { read, handle }: BatchPorts<Message>,
  invocation: Invocation,
): Promise<DeliveryOutcome> {
  const count = Number(record.attributes.ApproximateReceiveCount);
  const { requestId } = invocation;
  try {
    const message = read(record.body);
    if (message === undefined) {
      logError('message dropped', { requestId, cause: 'unrecognised message body' });
      return { type: 'done' };
    }
    return await handle({ message, count }, invocation);
  } catch (error) {
    const failure = toChatError(error);
    logError('delivery failed', { requestId, code: failure.code, cause: describeCause(failure) });
    return { type: 'retry', afterSeconds: 15 * 2 ** Math.min(count, 6) };
  }
}
