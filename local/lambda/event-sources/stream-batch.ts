import { randomUUID } from 'node:crypto';
import type { StoredRecord } from '#local/dynamodb/streams/record-changes.ts';
import { retentionMs } from '#local/dynamodb/streams/stream.ts';
import type { StreamReader } from '#local/dynamodb/streams/stream-reader.ts';
import { failedItems } from '#local/lambda/event-sources/batch-item-failures.ts';
import type { StreamSource } from '#local/lambda/event-sources/read-event-sources.ts';
import {
  discardMessage,
  sequenceOf,
  toEventRecord,
  type DiscardCondition,
  type Invocation,
} from '#local/lambda/event-sources/stream-event.ts';
import type { Functions } from '#local/lambda/functions.ts';
import type { Deliver } from '#local/lambda/invoke/delivery.ts';
import type { Clock } from '#local/process/clock.ts';

/** What processing the records of a stream needs. */
export interface StreamSettings {
  readonly definition: StreamSource;
  readonly streams: StreamReader;
  readonly functions: Pick<Functions, 'call'>;
  /** Names the function to the destination of discarded records. */
  readonly functionArn: string;
  readonly deliver: Deliver;
  readonly clock: Clock;
  log(line: string): void;
}

/** A batch that is processed until it is finished with or the signal is aborted. */
export interface BatchProgress {
  readonly signal: AbortSignal;
  /** Stores that everything up to a sequence number was processed or discarded. */
  finish(sequence: string): Promise<void>;
}

/** Records that are sent together. */
interface Piece {
  readonly records: readonly StoredRecord[];
  /** How often they were sent again as they are. */
  readonly attempts: number;
  readonly invocation?: Invocation | undefined;
}

/**
 * Invokes the function with records until all of them are processed or discarded. A failed batch
 * blocks what comes after it (Lambda developer guide, "Using Lambda with DynamoDB").
 */
export async function processBatch(
  settings: StreamSettings,
  records: readonly StoredRecord[],
  progress: BatchProgress,
): Promise<void> {
  const { clock } = settings;
  let pieces: readonly Piece[] = [{ records, attempts: 0 }];
  let failures = 0;
  while (!progress.signal.aborted) {
    const [first, ...others] = pieces;
    if (first === undefined) return;
    const piece = await discardExpired(settings, first, progress);
    if (piece.records.length === 0) {
      pieces = others;
      continue;
    }
    const rest = await send(settings, piece, progress);
    failures = rest.length === 0 ? 0 : failures + 1;
    pieces = [...rest, ...others];
    if (failures > 0) await clock.sleep(Math.min(250 * 2 ** failures, 60_000), progress.signal);
  }
}

/** Discards the records at the beginning of a piece that are too old. Returns the others. */
async function discardExpired(
  settings: StreamSettings,
  piece: Piece,
  progress: BatchProgress,
): Promise<Piece> {
  const { definition, clock } = settings;
  const oldestMs = clock.now() - Math.min(definition.maxAgeMs, retentionMs);
  const kept = piece.records.findIndex(({ atMs }) => atMs >= oldestMs);
  const count = kept === -1 ? piece.records.length : kept;
  if (count === 0) return piece;
  const expired = { ...piece, records: piece.records.slice(0, count) };
  await discard(settings, 'RecordAgeExceeded', expired, progress);
  return { ...piece, records: piece.records.slice(count) };
}

/** Invokes the function with a piece. Returns what is to be sent again. */
async function send(
  settings: StreamSettings,
  piece: Piece,
  progress: BatchProgress,
): Promise<readonly Piece[]> {
  const { definition, log } = settings;
  const { records } = piece;
  const requestId = randomUUID();
  const failed = await invoke(settings, records, requestId);
  // When the system stops, a batch that did not succeed is sent again at the next start.
  if (progress.signal.aborted && failed !== undefined) return [piece];
  if (failed === 'throttled') return [piece];
  const done = records.slice(0, failed ?? records.length).at(-1);
  if (done !== undefined) await progress.finish(sequenceOf(done));
  if (failed === undefined) return [];
  log(`${definition.key}  ! the batch failed at record ${failed + 1} of ${records.length}`);
  const invocation = { requestId, count: piece.attempts + 1 };
  return retry(settings, { piece, failed, invocation }, progress);
}

interface Failure {
  readonly piece: Piece;
  /** The index of the first record that failed. */
  readonly failed: number;
  readonly invocation: Invocation;
}

/** Returns what is to be sent again: the records from the failed one on, whole or in halves. */
async function retry(
  settings: StreamSettings,
  { piece, failed, invocation }: Failure,
  progress: BatchProgress,
): Promise<readonly Piece[]> {
  const { bisects, maxRetries } = settings.definition;
  const left = { ...piece, invocation, records: piece.records.slice(failed) };
  const { records, attempts } = left;
  // Cutting a batch does not count as a retry.
  if (bisects && failed > 0) return [left];
  if (bisects && records.length > 1) {
    const middle = Math.ceil(records.length / 2);
    return [
      { ...left, records: records.slice(0, middle) },
      { ...left, records: records.slice(middle) },
    ];
  }
  if (attempts < maxRetries) return [{ ...left, attempts: attempts + 1 }];
  await discard(settings, 'RetryAttemptsExhausted', left, progress);
  return [];
}

/**
 * Invokes the function. Returns the index of the first record that failed, or undefined if all were
 * processed.
 */
async function invoke(
  { definition, functions }: StreamSettings,
  records: readonly StoredRecord[],
  requestId: string,
): Promise<number | 'throttled' | undefined> {
  const { functionName, sourceArn, reportsItemFailures } = definition;
  const Records = records.map(({ record }) => toEventRecord(record, sourceArn));
  const result = await functions.call(functionName, { Records }, requestId);
  if (result.type === 'throttled') return 'throttled';
  if (result.type !== 'result') return 0;
  if (!reportsItemFailures) return undefined;
  const ids = records.map(sequenceOf);
  const failed = new Set(failedItems(result.payload, ids));
  const index = ids.findIndex((id) => failed.has(id));
  return index === -1 ? undefined : index;
}

/** Sends what is known about records to the destination, if there is one, and goes on after them. */
async function discard(
  { definition, streams, functionArn, deliver, clock, log }: StreamSettings,
  condition: DiscardCondition,
  { records, invocation }: Piece,
  progress: BatchProgress,
): Promise<void> {
  const { key, sourceArn, onFailure } = definition;
  log(`${key}  ! ${records.length} records were discarded: ${condition}`);
  if (onFailure !== undefined) {
    const shardId = streams.shardOf(sourceArn);
    const nowMs = clock.now();
    const facts = { condition, records, functionArn, shardId, invocation, nowMs };
    deliver(onFailure, { body: discardMessage(definition, facts) });
  }
  const last = records.at(-1);
  if (last !== undefined) await progress.finish(sequenceOf(last));
}
