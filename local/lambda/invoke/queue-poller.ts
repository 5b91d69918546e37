import type { Clock } from '#local/process/clock.ts';
import { matchesPattern } from '#local/events/event-pattern.ts';
import type { Functions } from '#local/lambda/functions.ts';
import type { EventSourceDefinition } from '#local/lambda/definition/read-event-sources.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { md5, parseAttributes } from '#local/sqs/message-attributes.ts';
import { systemAttributes } from '#local/sqs/operations.ts';
import type { Queue } from '#local/sqs/queue.ts';
import type { StoredMessage } from '#local/sqs/queue-store.ts';
import type { Queues } from '#local/sqs/queues.ts';

export interface PollerSettings {
  readonly definition: EventSourceDefinition;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly clock: Clock;
  readonly region: string;
  log(line: string): void;
}

/** Gives a function the messages of a queue until the signal is aborted, several at once. */
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
      const batch = await gather(settings, signal);
      if (signal.aborted) return;
      const wanted = batch.filter((message) => isWanted(definition, message));
      // What no filter wants is dropped, as Lambda does.
      const unwanted = batch.filter((message) => !wanted.includes(message));
      for (const message of unwanted) done(settings, message);
      const outcome = wanted.length === 0 ? 'taken' : await handle(settings, wanted);
      failures = outcome === 'throttled' ? failures + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      log(`${definition.key}  ! ${error instanceof Error ? error.message : String(error)}`);
    }
    // What was throttled stays hidden for its time, and others are not taken at once.
    if (failures > 0) await clock.sleep(Math.min(500 * 2 ** failures, 60_000), signal);
  }
}

/** A batch: full, or whatever there is when its window is over. */
async function gather(
  { definition, queues, clock }: PollerSettings,
  signal: AbortSignal,
): Promise<readonly StoredMessage[]> {
  const { batchSize, windowMs, queueArn } = definition;
  const batch: StoredMessage[] = [];
  // Nobody has seen them when the system ends before the batch is whole.
  const giveBack = (): void => batch.forEach((message) => queues.giveBack(message));
  signal.addEventListener('abort', giveBack, { once: true });
  const take = async (waitMs: number): Promise<void> => {
    const queue = knownQueue(queues, queueArn);
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

function knownQueue(queues: Queues, arn: string): Queue {
  const queue = queues.byArn(arn);
  if (queue === undefined) throw new Error(`there is no queue ${arn}`);
  return queue;
}

async function handle(
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
  const failed = definition.reportsItemFailures ? failedIds(result.payload, batch) : [];
  const firstFailed = batch.findIndex(({ id }) => failed.includes(id));
  const isFifo = definition.queueArn.endsWith('.fifo');
  // In a FIFO queue, what follows a failed message must wait for it.
  const isHeldBack = ({ id }: StoredMessage, index: number): boolean =>
    failed.includes(id) || (isFifo && firstFailed !== -1 && index > firstFailed);
  for (const [index, message] of batch.entries()) {
    if (!isHeldBack(message, index)) done(settings, message);
  }
  return 'taken';
}

/** By its receipt: what somebody else has since, or has become a dead letter, stays. */
function done({ definition, queues }: PollerSettings, { receipt }: StoredMessage): void {
  const queue = queues.byArn(definition.queueArn);
  if (queue !== undefined && receipt !== undefined) queues.remove(queue, receipt);
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
    const { batchItemFailures: given } = isRecord(answer) ? answer : {};
    const batchItemFailures = given ?? [];
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
    eventSource: 'aws:sqs',
    eventSourceARN: definition.queueArn,
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
