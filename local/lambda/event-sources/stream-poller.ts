import { crc32 } from 'node:zlib';
import { canonicalJson } from '#local/dynamodb/canonical-json.ts';
import type { StoredRecord } from '#local/dynamodb/streams/record-changes.ts';
import type { Checkpoint } from '#local/dynamodb/streams/stream-reader.ts';
import { matchesPattern } from '#local/events/event-pattern.ts';
import { processBatch, type StreamSettings } from '#local/lambda/event-sources/stream-batch.ts';
import { sequenceOf, toEventRecord } from '#local/lambda/event-sources/stream-event.ts';

/** The payload of an invocation has up to 6 MB, with `{"Records":[]}` around the records. */
const maxBatchBytes = 6 * 2 ** 20 - 14;

/**
 * Invokes a function with the records of a stream until the signal is aborted. It begins where it
 * ended, and the first time where the mapping says: LATEST is now, before this function returns.
 */
export function pollStream(settings: StreamSettings, signal: AbortSignal): void {
  const { definition, streams, log } = settings;
  const latest = streams.lastSequence();
  const start = definition.startingPosition === 'LATEST' ? latest : '';
  pollLanes(settings, start, signal).catch((error: unknown) =>
    log(`${definition.key}  ! ${String(error)}`),
  );
}

async function pollLanes(
  settings: StreamSettings,
  start: string,
  signal: AbortSignal,
): Promise<void> {
  const positions = await openPositions(settings, start);
  await Promise.all(
    [...positions.keys()].map((lane) => poll({ ...settings, positions, lane, signal })),
  );
}

/** Returns how far each lane has come. Stores it, so that a kill does not move the start. */
async function openPositions(
  { definition, streams }: StreamSettings,
  start: string,
): Promise<string[]> {
  const { id, sourceArn: streamArn, parallelization } = definition;
  const checkpoint = await streams.loadCheckpoint(id);
  const positions = earlierPositions(checkpoint, streamArn) ?? [start];
  if (positions.length === parallelization) return positions;
  // Other lanes have other items, so all of them begin where the last one was.
  const least = positions.reduce((one, other) => (one < other ? one : other));
  const opened = Array.from({ length: parallelization }, () => least);
  await streams.saveCheckpoint(id, { streamArn, positions: opened });
  return opened;
}

function earlierPositions(
  checkpoint: Checkpoint | undefined,
  streamArn: string,
): string[] | undefined {
  return checkpoint?.streamArn === streamArn ? [...checkpoint.positions] : undefined;
}

/** A reader of the records of some partition keys. */
interface Lane extends StreamSettings {
  readonly positions: string[];
  readonly lane: number;
  readonly signal: AbortSignal;
}

async function poll(lane: Lane): Promise<void> {
  const { definition, clock, signal, log } = lane;
  let failures = 0;
  let position = lane.positions[lane.lane] ?? '';
  while (!signal.aborted) {
    try {
      const batch = await collectBatch(lane, position);
      if (signal.aborted) return;
      const finish = (sequence: string): Promise<void> => save(lane, sequence);
      if (batch.records.length > 0) await processBatch(lane, batch.records, { signal, finish });
      position = batch.through;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      position = lane.positions[lane.lane] ?? position;
      log(`${definition.key}  ! ${error instanceof Error ? error.message : String(error)}`);
      await clock.sleep(Math.min(500 * 2 ** failures, 60_000), signal);
    }
  }
}

async function save({ definition, streams, positions, lane }: Lane, last: string): Promise<void> {
  positions[lane] = last;
  const { id, sourceArn: streamArn } = definition;
  await streams.saveCheckpoint(id, { streamArn, positions: [...positions] });
}

/** The records of a lane, and how far the stream was read for them. */
interface Batch {
  readonly records: readonly StoredRecord[];
  readonly through: string;
}

/** Collects a batch: a full one, or fewer records once the batching window is over. */
async function collectBatch(lane: Lane, after: string): Promise<Batch> {
  const { definition, streams, clock, signal } = lane;
  const { sourceArn, windowMs } = definition;
  let batch: Batch = { records: [], through: after };
  let until = Infinity;
  while (!signal.aborted) {
    // Asked for before reading, so that no record comes in between unnoticed.
    const next = streams.nextRecord(sourceArn);
    const { isFull, ...read } = await readInto(lane, batch);
    batch = read;
    if (isFull) return batch;
    if (batch.records.length > 0) {
      until = Math.min(until, clock.now() + windowMs);
      if (clock.now() >= until) return batch;
    }
    await wait(lane, next, until);
    if (clock.now() >= until) return batch;
  }
  return batch;
}

/** Waits for a record, until a time if that is finite, or until the signal is aborted. */
async function wait({ clock, signal }: Lane, next: Promise<void>, untilMs: number): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return;
  const stop = new AbortController();
  signal.addEventListener('abort', () => resolve(), { signal: stop.signal });
  const isTimed = untilMs !== Infinity;
  const due = isTimed ? [clock.sleep(untilMs - clock.now(), stop.signal)] : [];
  await Promise.race([next, aborted, ...due]);
  stop.abort();
}

/** How many records are read from the log at once. */
const pageSize = 1000;

/** Adds the records of a lane that match its filters to a batch, until it is full. */
async function readInto(lane: Lane, batch: Batch): Promise<Batch & { readonly isFull: boolean }> {
  const { definition, streams, signal } = lane;
  const { sourceArn, batchSize } = definition;
  const records = [...batch.records];
  let { through } = batch;
  let bytes = records.reduce((sum, stored) => sum + bytesOf(lane, stored), 0);
  while (!signal.aborted) {
    const page = await streams.read(sourceArn, through, pageSize);
    for (const stored of page) {
      const isOurs = isWanted(lane, stored);
      if (isOurs) bytes += bytesOf(lane, stored);
      const isFull = records.length === batchSize || bytes > maxBatchBytes;
      if (isOurs && isFull && records.length > 0) return { records, through, isFull };
      if (isOurs) records.push(stored);
      through = sequenceOf(stored);
    }
    if (page.length < pageSize || records.length === batchSize) break;
  }
  return { records, through, isFull: records.length === batchSize };
}

/** Returns the size of a record in the payload, with a comma. */
function bytesOf({ definition }: Lane, { record }: StoredRecord): number {
  return Buffer.byteLength(JSON.stringify(toEventRecord(record, definition.sourceArn))) + 1;
}

/** Returns whether a record belongs to a lane and matches a filter. */
function isWanted({ definition, lane }: Lane, { record, partitionKey }: StoredRecord): boolean {
  const { parallelization, filters, sourceArn } = definition;
  // The changes of items with one partition key keep their order.
  if (crc32(canonicalJson(partitionKey)) % parallelization !== lane) return false;
  if (filters.length === 0) return true;
  const event = toEventRecord(record, sourceArn);
  return filters.some((filter) => matchesPattern(filter, event));
}
