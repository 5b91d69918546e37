import { createHash } from 'node:crypto';
import type { Write } from 'dynalite/db/index.js';
import { accountId } from '#local/template/stack-context.ts';
import {
  list,
  number,
  oneOf,
  readShape,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';

/** What records of a stream contain besides the keys of their items. */
export const viewTypes = ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] as const;

/** The shape of a view type. */
export const viewType = oneOf(...viewTypes);

const streamShape = structure(
  {
    tableName: string(),
    label: string(),
    viewType,
    keySchema: list(structure({ AttributeName: string(), KeyType: string() })),
    createdAtMs: number(),
    /** All records come after this sequence number. */
    start: string(),
    /** The records up to this sequence number are older than 24 hours, and were removed. */
    trimmed: string(),
  },
  {
    /** A stream that was disabled has no records after this sequence number. */
    end: string(),
    disabledAtMs: number(),
  },
);

/** A stream of a table: the log of what was written to its items. It has one shard. */
export type Stream = Shaped<typeof streamShape>;

export type ViewType = Stream['viewType'];

/** For how long a record can be read, and a stream that was disabled. */
export const retentionMs = 86_400_000;

/** The label of the streams in templates, because their ARNs are known before they are created. */
export const templateLabel = '2026-01-01T00:00:00.000';

export const streamPrefix = 'stream~';

/** Returns a stream that was read from its key. Throws if it is damaged. */
export function parseStream(key: string, value: unknown): Stream {
  return readShape(streamShape, value, () => new Error(`${key} is damaged`));
}

/** Returns what stores a stream. */
export function storeStream(stream: Stream): Write {
  return { type: 'put', key: streamKey(stream), value: stream };
}

/** Returns what removes a stream, but not its records. */
export function removeStream(stream: Stream): Write {
  return { type: 'del', key: streamKey(stream) };
}

function streamKey({ tableName, label }: Stream): string {
  return `${streamPrefix}${tableName}~${label}`;
}

/** Returns the key of a record. Sequence numbers have one length, so keys have their order. */
export function recordKey({ tableName, label }: Stream, sequence: string): string {
  return `stream-record~${tableName}~${label}~${sequence}`;
}

/** Returns the key after those of all records. */
export function recordsEnd(stream: Stream): string {
  return recordKey(stream, '~');
}

/** Returns a label of AWS's form for a stream that is created now. */
export function labelAt(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, -1);
}

/** Returns the ARN of a stream. */
export function streamArn({ tableName, label }: Stream, region: string): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}/stream/${label}`;
}

/** Returns the id of the shard, in AWS's form. */
export function shardId({ tableName, label, createdAtMs }: Stream): string {
  const digest = createHash('sha256').update(`${tableName}~${label}`).digest('hex');
  return `shardId-${String(Math.floor(createdAtMs)).padStart(20, '0')}-${digest.slice(0, 8)}`;
}

/** Returns whether the writes to a table become records of a stream. */
export function isEnabled({ end }: Stream): boolean {
  return end === undefined;
}
