import type { Delivered, TaskKey } from '#domain/task.ts';
import { toChatError } from '#domain/errors.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';
import { withinDeadline } from '#lambda/deadline.ts';
import type { Invocation } from '#lambda/http.ts';
import { describeCause, logError } from '#lambda/log.ts';
import { isIdentifier } from '#protocol/identifier.ts';

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

export interface TaskMessage {
  readonly key: TaskKey;
  /** How often it was delivered, from 1. */
  readonly count: number;
}

export interface BatchPorts {
  handle(message: TaskMessage, invocation: Invocation): Promise<Delivered>;
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** What is left when a turn has to end: enough for a few writes. */
const marginMs = 10_000;

/**
 * A handler for a queue of tasks. Its messages stand for themselves: each is done, or delivered
 * again, whatever becomes of the others.
 */
export function handleBatch({
  handle,
  hide,
}: BatchPorts): (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse> {
  return (event, context) =>
    withinDeadline(context, marginMs, async (invocation) => {
      const failed = await Promise.all(
        event.Records.map(async (record): Promise<readonly SqsRecord[]> => {
          const delivered = await deliver(record, { handle, invocation });
          if (delivered.type === 'done') return [];
          // As it was hidden by its queue, if this fails.
          await hide(record.receiptHandle, delivered.afterSeconds).catch(() => undefined);
          return [record];
        }),
      );
      const batchItemFailures = failed
        .flat()
        .map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { batchItemFailures };
    });
}

interface Delivering extends Pick<BatchPorts, 'handle'> {
  readonly invocation: Invocation;
}

/** After a fault of ours it is tried again, later each time. */
async function deliver(record: SqsRecord, { handle, invocation }: Delivering): Promise<Delivered> {
  const count = Number(record.attributes.ApproximateReceiveCount);
  const { requestId } = invocation;
  try {
    const key = readKey(record.body);
    if (key === undefined) {
      logError('message dropped', { requestId, cause: 'it names no task' });
      return { type: 'done' };
    }
    return await handle({ key, count }, invocation);
  } catch (error) {
    const failure = toChatError(error);
    logError('delivery failed', { requestId, code: failure.code, cause: describeCause(failure) });
    return { type: 'again', afterSeconds: 15 * 2 ** Math.min(count, 6) };
  }
}

function readKey(body: string): TaskKey | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('owner' in json) || !('task_id' in json)) {
    return undefined;
  }
  const { owner, task_id: taskId } = json;
  if (typeof owner !== 'string' || typeof taskId !== 'string' || !isIdentifier(taskId)) {
    return undefined;
  }
  return { owner, taskId };
}
