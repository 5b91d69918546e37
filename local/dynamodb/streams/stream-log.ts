import type { DynaliteStore } from 'dynalite/db/index.js';
import type { Storage } from '#local/dynamodb/database.ts';
import type { StoredRecord } from '#local/dynamodb/streams/record-changes.ts';
import {
  recordKey,
  recordsEnd,
  retentionMs,
  streamArn,
  type Stream,
} from '#local/dynamodb/streams/stream.ts';
import { changeStreams, type Streams } from '#local/dynamodb/streams/streams.ts';
import type { Units } from '#local/dynamodb/units/units.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Which records to read: those after a sequence number, up to a limit of records and bytes. */
export interface LogRange {
  readonly after: string;
  readonly limit: number;
  readonly maxBytes: number;
}

/** Returns records of a stream in their order. One record is returned however large it is. */
export function readLog(
  storage: Storage,
  stream: Stream,
  { after, limit, maxBytes }: LogRange,
): Promise<readonly StoredRecord[]> {
  return storage.read(async ({ db }) => {
    const records: StoredRecord[] = [];
    let bytes = 0;
    const range = { gt: recordKey(stream, after), lt: recordsEnd(stream), limit };
    for await (const [key, value] of db.iterator(range)) {
      const stored = parseRecord(key, value);
      bytes += stored.record.dynamodb.SizeBytes;
      if (records.length > 0 && bytes > maxBytes) break;
      records.push(stored);
    }
    return records;
  });
}

/** What is in the log was written by this service, so only its form is checked. */
function parseRecord(key: string, value: unknown): StoredRecord {
  if (isStored(value)) return value;
  throw new Error(`${key} is damaged`);
}

function isStored(value: unknown): value is StoredRecord {
  if (!isRecord(value) || typeof value['atMs'] !== 'number') return false;
  const { record } = value;
  return isRecord(record) && isRecord(record['dynamodb']);
}

/** Removes the records of a stream that are older than 24 hours. Returns the stream without them. */
export async function trimLog(
  { storage, units, streams }: LogSettings,
  stream: Stream,
): Promise<Stream> {
  const untilMs = streams.now() - retentionMs;
  const last = await storage.read((store) => lastRecordUntil(store, stream, untilMs));
  if (last === undefined) return stream;
  const arn = streamArn(stream, streams.region);
  await changeStreams(units, streams, () => {
    const current = streams.find(arn);
    // Somebody else may have trimmed more since.
    if (current === undefined || current.trimmed >= last) return [];
    return [{ type: 'store', stream: { ...current, trimmed: last } }];
  });
  await storage.write(({ db }) =>
    db.clear({ gt: recordKey(stream, stream.trimmed), lte: recordKey(stream, last) }),
  );
  return streams.find(arn) ?? stream;
}

/** What reading and trimming the logs of streams needs. */
export interface LogSettings {
  readonly storage: Storage;
  readonly units: Units;
  readonly streams: Streams;
}

async function lastRecordUntil(
  { db }: DynaliteStore,
  stream: Stream,
  untilMs: number,
): Promise<string | undefined> {
  let last: string | undefined;
  const range = { gt: recordKey(stream, stream.trimmed), lt: recordsEnd(stream) };
  for await (const [key, value] of db.iterator(range)) {
    const { atMs, record } = parseRecord(key, value);
    if (atMs > untilMs) break;
    last = record.dynamodb.SequenceNumber;
  }
  return last;
}

/** Removes what is older than 24 hours: records, and streams that were disabled before. */
export async function removeOldRecords(settings: LogSettings): Promise<void> {
  const { units, streams } = settings;
  const untilMs = streams.now() - retentionMs;
  for (const stream of streams.all()) await trimLog(settings, stream);
  await changeStreams(units, streams, () =>
    streams
      .all()
      .filter(({ disabledAtMs = Infinity }) => disabledAtMs <= untilMs)
      .map((stream) => ({ type: 'remove', stream })),
  );
}
