import { toChatError } from '#domain/errors.ts';
import type { DeliveryOutcome } from '#domain/task/task.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';
import { withinDeadline } from '#lambda/deadline.ts';
import type { Invocation } from '#api/http/http.ts';
import { describeCause, logError, logInfo, startTimer } from '#api/log/log.ts';
import {
  withLogNames,
  withSubject,
  type LogSubject,
  type ReadLogSecret,
} from '#api/log/log-names.ts';

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
  /** Returns whom a message is about, for the log. */
  about(message: Message): LogSubject;
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
  readSecret: ReadLogSecret,
  ports: BatchPorts<Message>,
): (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse> {
  const deliverAll = async (event: SqsEvent, invocation: Invocation): Promise<SqsBatchResponse> => {
    const failed = await Promise.all(
      event.Records.map(async (record): Promise<readonly SqsRecord[]> => {
        const outcome = await deliver(record, ports, invocation);
        if (outcome.type === 'done') return [];
        // If this fails, the queue's own visibility timeout applies.
        await ports.hide(record.receiptHandle, outcome.afterSeconds).catch(() => undefined);
        return [record];
      }),
    );
    const batchItemFailures = failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { batchItemFailures };
  };
  return (event, context) =>
    withLogNames(readSecret, () =>
      withinDeadline(context, { marginMs }, (invocation) => deliverAll(event, invocation)),
    );
}

async function deliver<Message>(
  record: SqsRecord,
  ports: BatchPorts<Message>,
  invocation: Invocation,
): Promise<DeliveryOutcome> {
  const { requestId } = invocation;
  const message = ports.read(record.body);
  if (message === undefined) {
    logError('message dropped', { requestId, cause: 'unrecognised message body' });
    return { type: 'done' };
  }
  const durationMs = startTimer();
  const count = Number(record.attributes.ApproximateReceiveCount);
  return withSubject(ports.about(message), async () => {
    const outcome = await handleMessage(ports, { message, count }, invocation);
    const fields = { requestId, outcome: outcome.type, durationMs: durationMs() };
    logInfo('message handled', fields);
    return outcome;
  });
}

/** After an unexpected error a message is delivered again, with a longer delay each time. */
async function handleMessage<Message>(
  { handle }: BatchPorts<Message>,
  received: Received<Message>,
  invocation: Invocation,
): Promise<DeliveryOutcome> {
  try {
    return await handle(received, invocation);
  } catch (error) {
    const failure = toChatError(error);
    const { requestId } = invocation;
    logError('delivery failed', { requestId, code: failure.code, cause: describeCause(failure) });
    return { type: 'retry', afterSeconds: 15 * 2 ** Math.min(received.count, 6) };
  }
}
