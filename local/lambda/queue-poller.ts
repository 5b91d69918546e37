import type { Clock } from '#local/clock.ts';
import { matchesPattern } from '#local/events/event-pattern.ts';
import type { Functions } from '#local/lambda/functions.ts';
import type { EventSourceDefinition } from '#local/lambda/read-event-sources.ts';
import { asText, isRecord } from '#local/shape.ts';
import { md5, parseAttributes } from '#local/sqs/message-attributes.ts';
import { systemAttributes } from '#local/sqs/operations.ts';
import type { Queue } from '#local/sqs/queue.ts';
import type { StoredMessage } from '#local/sqs/queue-store.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface PollerSettings {
  readonly definition: EventSourceDefinition;
  readonly queue: Queue;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly clock: Clock;
  readonly region: string;
  log(line: string): void;
}

/** Gives a function the messages of a queue until the signal is aborted, several at once. */
export function pollQueue(settings: PollerSettings, signal: AbortSignal): Promise<void> {
  const { concurrency } = settings.definition;
  const pollers = Array.from({ length: concurrency }, () => poll(settings, signal));
  return Promise.all(pollers).then(() => undefined);
}

async function poll(settings: PollerSettings, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const batch = await gather(settings, signal);
    if (signal.aborted) return;
    const wanted = batch.filter((message) => isWanted(settings.definition, message));
    // What no filter wants is dropped, as Lambda does.
    for (const message of batch) if (!wanted.includes(message)) done(settings, message);
    if (wanted.length > 0) await handle(settings, wanted);
  }
}

/** A batch: full, or whatever there is when its window is over. */
async function gather(
  { definition, queue, queues, clock }: PollerSettings,
  signal: AbortSignal,
): Promise<readonly StoredMessage[]> {
  const { batchSize, windowMs } = definition;
  const visibilityMs = queue.settings.visibility * 1000;
  const receive = (most: number, waitMs: number): Promise<readonly StoredMessage[]> =>
    queues.receive(queue, { most: Math.min(most, 10), visibilityMs, waitMs, signal });
  const batch = [...(await receive(batchSize, Infinity))];
  const until = clock.now() + windowMs;
  while (batch.length < batchSize && clock.now() < until && !signal.aborted) {
    batch.push(...(await receive(batchSize - batch.length, until - clock.now())));
  }
  return batch;
}

async function handle(settings: PollerSettings, batch: readonly StoredMessage[]): Promise<void> {
  const { definition, functions, log } = settings;
  const Records = batch.map((message) => toRecord(settings, message));
  const result = await functions.call(definition.functionName, { Records });
  if (result.type === 'throttled') return showAgain(settings, batch);
  if (result.type !== 'result') {
    log(`${definition.key}  ! the batch failed and stays in ${settings.queue.name}`);
    return;
  }
  const failed = definition.reportsItemFailures ? failedIds(result.payload, batch) : [];
  const firstFailed = batch.findIndex(({ id }) => failed.includes(id));
  // In a FIFO queue, what follows a failed message must wait for it.
  const isHeldBack = ({ id }: StoredMessage, index: number): boolean =>
    failed.includes(id) ||
    (settings.queue.settings.isFifo && firstFailed !== -1 && index > firstFailed);
  for (const [index, message] of batch.entries()) {
    if (!isHeldBack(message, index)) done(settings, message);
  }
}

/** A throttled batch is tried again soon, and does not count as received. */
async function showAgain(
  { queue, queues, clock }: PollerSettings,
  batch: readonly StoredMessage[],
): Promise<void> {
  await clock.sleep(100);
  for (const { receipt } of batch) {
    if (receipt !== undefined) queues.changeVisibility(queue, receipt, 0);
  }
}

function done({ queue, queues }: PollerSettings, { seq }: StoredMessage): void {
  queues.messages.remove(seq);
  queues.announce(queue.name);
}

/**
 * The messages that a function names as failed. An answer that is not of the form, or that names
 * a message which is not in the batch, fails all of it.
 */
function failedIds(payload: Buffer, batch: readonly StoredMessage[]): readonly string[] {
  const all = batch.map(({ id }) => id);
  try {
    const answer: unknown = JSON.parse(payload.toString('utf8'));
    if (answer === null) return [];
    const { batchItemFailures = [] } = isRecord(answer) ? answer : {};
    if (!Array.isArray(batchItemFailures)) return all;
    const named = batchItemFailures.map((item: unknown) =>
      isRecord(item) ? (asText(item['itemIdentifier']) ?? '') : '',
    );
    return named.every((id) => all.includes(id)) ? named : all;
  } catch {
    return all;
  }
}

/** A message as a function is given it (Lambda developer guide, "Using Lambda with SQS"). */
function toRecord({ queue, region }: PollerSettings, message: StoredMessage): object {
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
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  };
}

function isWanted({ filters }: EventSourceDefinition, message: StoredMessage): boolean {
  if (filters.length === 0) return true;
  const body = parsed(message.body);
  return filters.some((filter) => matchesPattern(filter, { body, messageId: message.id }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
