import { toChatError } from '#domain/errors.ts';
import type { Delivered } from '#domain/task/task.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';
import { withinDeadline } from '#lambda/runtime/deadline.ts';
import type { Invocation } from '#lambda/runtime/http.ts';
import { describeCause, logError } from '#lambda/runtime/log.ts';

/** The part we use of the event with which Lambda hands over messages of a queue. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** What tells Lambda which messages are to be delivered again. */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A message, and how often it was delivered, from 1. */
export interface Received<Message> {
  readonly message: Message;
  readonly count: number;
}

export interface BatchPorts<Message> {
  /** What a body says; undefined for one that says nothing to us. */
  read(body: string): Message | undefined;
  handle(received: Received<Message>, invocation: Invocation): Promise<Delivered>;
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** What is left when a turn has to end: enough for a few writes. */
const marginMs = 10_000;

/**
 * A handler for a queue. Its messages stand for themselves: each is done, or delivered
 * again, whatever becomes of the others.
 */
export function handleBatch<Message>(
  ports: BatchPorts<Message>,
): (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse> {
  return (event, context) =>
    withinDeadline(context, marginMs, async (invocation) => {
      const failed = await Promise.all(
        event.Records.map(async (record): Promise<readonly SqsRecord[]> => {
          const delivered = await deliver(record, ports, invocation);
          if (delivered.type === 'done') return [];
          // As it was hidden by its queue, if this fails.
          await ports.hide(record.receiptHandle, delivered.afterSeconds).catch(() => undefined);
          return [record];
        }),
      );
      const batchItemFailures = failed
        .flat()
        .map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { batchItemFailures };
    });
}

/** After a fault of ours it is tried again, later each time. */
async function deliver<Message>(
  record: SqsRecord,
  { read, handle }: BatchPorts<Message>,
  invocation: Invocation,
): Promise<Delivered> {
  const count = Number(record.attributes.ApproximateReceiveCount);
  const { requestId } = invocation;
  try {
    const message = read(record.body);
    if (message === undefined) {
      logError('message dropped', { requestId, cause: 'it says nothing to us' });
      return { type: 'done' };
    }
    return await handle({ message, count }, invocation);
  } catch (error) {
    const failure = toChatError(error);
    logError('delivery failed', { requestId, code: failure.code, cause: describeCause(failure) });
    return { type: 'again', afterSeconds: 15 * 2 ** Math.min(count, 6) };
  }
}
