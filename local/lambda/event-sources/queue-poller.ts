import type { Clock } from '#local/process/clock.ts';
import { matchesPattern } from '#local/events/event-pattern.ts';
import type { Functions } from '#local/lambda/functions.ts';
import type { QueueSource } from '#local/lambda/event-sources/read-event-sources.ts';
import { failedItems } from '#local/lambda/event-sources/batch-item-failures.ts';
import { md5, md5OfAttributes, parseAttributes } from '#local/sqs/message-attributes.ts';
import { systemAttributes } from '#local/sqs/operations.ts';
import type { Queue } from '#local/sqs/queue.ts';
import type { StoredMessage } from '#local/sqs/queue-store.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface PollerSettings {
  readonly definition: QueueSource;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly clock: Clock;
  readonly region: string;
  log(line: string): void;
}

/** Invokes a function with the messages of a queue until the signal is aborted. */
export function pollQueue(settings: PollerSettings, signal: AbortSignal): void {
  for (let poller = 0; poller < settings.definition.concurrency; poller += 1) {
    poll(settings, signal).catch((error: unknown) => settings.log(`! ${String(error)}`));
  }
}

async function poll(settings: PollerSettings, signal: AbortSignal): Promise<void> {
  const { definition, clock, log } = settings;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const batch = await collectBatch(settings, signal);
      if (signal.aborted) return;
      const matching = batch.filter((message) => matchesFilters(settings, message));
      // Messages that match no filter are deleted, as on Lambda.
      const filteredOut = batch.filter((message) => !matching.includes(message));
      for (const message of filteredOut) deleteMessage(settings, message);
      const outcome = matching.length === 0 ? 'taken' : await invokeFunction(settings, matching);
      failures = outcome === 'throttled' ? failures + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      log(`${definition.key}  ! ${error instanceof Error ? error.message : String(error)}`);
    }
    // Throttled messages stay hidden for their visibility timeout; new ones wait for the backoff.
    if (failures > 0) await clock.sleep(Math.min(500 * 2 ** failures, 60_000), signal);
  }
}

/** Collects a batch: a full one, or fewer messages once the batching window is over. */
async function collectBatch(
  { definition, queues, clock }: PollerSettings,
  signal: AbortSignal,
): Promise<readonly StoredMessage[]> {
  const { batchSize, windowMs, sourceArn } = definition;
  const batch: StoredMessage[] = [];
  // If the system stops before the batch is complete, the function has not seen its messages.
  const giveBack = (): void => batch.forEach((message) => queues.giveBack(message));
  signal.addEventListener('abort', giveBack, { once: true });
  const take = async (waitMs: number): Promise<void> => {
    const queue = requireQueue(queues, sourceArn);
    const visibilityMs = queue.settings.visibility * 1000;
    const max = Math.min(batchSize - batch.length, 10);
    batch.push(...(await queues.receive(queue, { max, visibilityMs, waitMs, signal })));
  };
  await take(Infinity);
  const until = clock.now() + windowMs;
  while (batch.length < batchSize && clock.now() < until && !signal.aborted) {
    await take(until - clock.now());
  }
  signal.removeEventListener('abort', giveBack);
  return batch;
}

function requireQueue(queues: Queues, arn: string): Queue {
  const queue = queues.byArn(arn);
  if (queue === undefined) throw new Error(`there is no queue ${arn}`);
  return queue;
}

async function invokeFunction(
  settings: PollerSettings,
  batch: readonly StoredMessage[],
): Promise<'taken' | 'throttled'> {
  const { definition, functions, log } = settings;
  const Records = batch.map((message) => toRecord(settings, message));
  const result = await functions.call(definition.functionName, { Records });
  if (result.type === 'throttled') return 'throttled';
  if (result.type !== 'result') {
    log(`${definition.key}  ! the batch failed and stays in its queue`);
    return 'taken';
  }
  const ids = batch.map(({ id }) => id);
  const failed = definition.reportsItemFailures ? failedItems(result.payload, ids) : [];
  const firstFailed = batch.findIndex(({ id }) => failed.includes(id));
  const isFifo = definition.sourceArn.endsWith('.fifo');
  // In a FIFO queue, the messages after a failed one must wait for it.
  const staysInQueue = ({ id }: StoredMessage, index: number): boolean =>
    failed.includes(id) || (isFifo && firstFailed !== -1 && index > firstFailed);
  for (const [index, message] of batch.entries()) {
    if (!staysInQueue(message, index)) deleteMessage(settings, message);
  }
  return 'taken';
}

/**
 * Deletes a message by its receipt. The receipt is outdated, and the message stays, if another
 * consumer has received it since or it has moved to the dead-letter queue.
 */
function deleteMessage({ definition, queues }: PollerSettings, { receipt }: StoredMessage): void {
  const queue = queues.byArn(definition.sourceArn);
  if (queue !== undefined && receipt !== undefined) queues.remove(queue, receipt);
}

/** The record of a message in the event (Lambda developer guide, "Using Lambda with SQS"). */
function toRecord({ definition, region }: PollerSettings, message: StoredMessage): object {
  const attributes = parseAttributes(message.attributes);
  const entries = Object.entries(attributes).map(([name, value]) => {
    const { DataType: dataType, StringValue, BinaryValue } = value;
    const lists = { stringListValues: [], binaryListValues: [] };
    const own =
      BinaryValue === undefined ? { stringValue: StringValue } : { binaryValue: BinaryValue };
    return [name, { ...own, ...lists, dataType }] as const;
  });
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(entries),
    md5OfBody: md5(message.body),
    ...(entries.length === 0 ? {} : { md5OfMessageAttributes: md5OfAttributes(attributes) }),
    eventSource: 'aws:sqs',
    eventSourceARN: definition.sourceArn,
    awsRegion: region,
  };
}

/** A filter matches the record of a message, with its body as JSON if it is. */
function matchesFilters(settings: PollerSettings, message: StoredMessage): boolean {
  const { filters } = settings.definition;
  if (filters.length === 0) return true;
  const record = { ...toRecord(settings, message), body: parseJson(message.body) };
  return filters.some((filter) => matchesPattern(filter, record));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
