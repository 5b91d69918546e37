import { readLog, trimLog, type LogSettings } from '#local/dynamodb/streams/stream-log.ts';
import type { StoredRecord } from '#local/dynamodb/streams/record-changes.ts';
import { shardId } from '#local/dynamodb/streams/stream.ts';
import { list, readShape, string, structure, type Shaped } from '#local/wire/shape.ts';

const checkpointShape = structure({
  streamArn: string(),
  /** The sequence number that each reader has finished with. */
  positions: list(string()),
});

/** How far the readers of a stream have come. */
export type Checkpoint = Shaped<typeof checkpointShape>;

/** What reads the streams of tables, and remembers how far it has come. */
export interface StreamReader {
  /** Returns the id of the shard of a stream, or undefined if there is no such stream. */
  shardOf(arn: string): string | undefined;
  /** Returns the sequence number that was given last. */
  lastSequence(): string;
  /** Returns records after a sequence number, at most as many as asked for. */
  read(arn: string, after: string, limit: number): Promise<readonly StoredRecord[]>;
  /** Resolves when a stream has a new record. */
  nextRecord(arn: string): Promise<void>;
  loadCheckpoint(id: string): Promise<Checkpoint | undefined>;
  saveCheckpoint(id: string, checkpoint: Checkpoint): Promise<void>;
}

/** Creates the reader of the streams in a database. */
export function createStreamReader(settings: LogSettings): StreamReader {
  const { storage, streams } = settings;
  return {
    shardOf(arn) {
      const stream = streams.find(arn);
      return stream === undefined ? undefined : shardId(stream);
    },
    lastSequence: streams.lastSequence,
    async read(arn, after, limit) {
      const found = streams.find(arn);
      if (found === undefined) return [];
      const stream = await trimLog(settings, found);
      return readLog(storage, stream, { after, limit, maxBytes: Infinity });
    },
    nextRecord: streams.nextRecord,
    async loadCheckpoint(id) {
      const value = await storage.read(({ db }) => db.get(keyOf(id)));
      return value === undefined
        ? undefined
        : readShape(checkpointShape, value, () => new Error(`${keyOf(id)} is damaged`));
    },
    saveCheckpoint: (id, checkpoint) => storage.write(({ db }) => db.put(keyOf(id), checkpoint)),
  };
}

function keyOf(id: string): string {
  return `stream-checkpoint~${id}`;
}
