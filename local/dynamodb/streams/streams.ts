import type { DynaliteStore } from 'dynalite/db/index.js';
import type { Storage } from '#local/dynamodb/database.ts';
import { createRecorder, type RecordedStreams } from '#local/dynamodb/streams/record-changes.ts';
import { countKey, createSequences } from '#local/dynamodb/streams/sequences.ts';
import {
  isEnabled,
  parseStream,
  removeStream,
  storeStream,
  streamArn,
  streamPrefix,
  type Stream,
} from '#local/dynamodb/streams/stream.ts';
import type { ChangeRecorder, Units } from '#local/dynamodb/units/units.ts';

/** The streams of the tables in a database. */
export interface Streams {
  readonly recorder: ChangeRecorder;
  readonly region: string;
  now(): number;
  /** Returns all streams, enabled or not, in the order of their ARNs. */
  all(): readonly Stream[];
  find(arn: string): Stream | undefined;
  /** Returns the stream that a table writes to. */
  enabledOf(tableName: string): Stream | undefined;
  /** Returns the newest stream of a table, which may be disabled. */
  latestOf(tableName: string): Stream | undefined;
  /** Returns the sequence number that was given last. */
  lastSequence(): string;
  /** Resolves when a stream has a new record. */
  nextRecord(arn: string): Promise<void>;
  /** Notes what is on disk. */
  apply(change: StreamChange): void;
}

/** What becomes of a stream. */
export interface StreamChange {
  readonly type: 'store' | 'remove';
  readonly stream: Stream;
}

/** What streams need besides their database. */
export interface StreamOptions {
  readonly region: string;
  now(): number;
}

/** Opens the streams of a database. Throws an error that names what is damaged. */
export async function openStreams(storage: Storage, options: StreamOptions): Promise<Streams> {
  const { region, now } = options;
  const { streams, count } = await storage.read(loadStreams);
  const arnOf = (stream: Stream): string => streamArn(stream, region);
  const byArn = new Map(streams.map((stream) => [arnOf(stream), stream]));
  const enabled = new Map(
    streams.filter(isEnabled).map((stream) => [stream.tableName, stream] as const),
  );
  const sequences = createSequences(count);
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const recorded: RecordedStreams = {
    region,
    now,
    sequences,
    enabledOf: (tableName) => enabled.get(tableName),
    appended(stream) {
      waiting.get(arnOf(stream))?.resolve();
      waiting.delete(arnOf(stream));
    },
  };
  return {
    region,
    now,
    recorder: createRecorder(recorded),
    all: () => [...byArn.keys()].toSorted().flatMap((arn) => byArn.get(arn) ?? []),
    find: (arn) => byArn.get(arn),
    enabledOf: recorded.enabledOf,
    latestOf: (tableName) => enabled.get(tableName) ?? newest([...byArn.values()], tableName),
    lastSequence: sequences.last,
    nextRecord(arn) {
      const waiter = waiting.get(arn) ?? Promise.withResolvers<void>();
      waiting.set(arn, waiter);
      return waiter.promise;
    },
    apply({ type, stream }) {
      const { tableName, label } = stream;
      if (type === 'remove') byArn.delete(arnOf(stream));
      else byArn.set(arnOf(stream), stream);
      if (type === 'store' && isEnabled(stream)) enabled.set(tableName, stream);
      else if (enabled.get(tableName)?.label === label) enabled.delete(tableName);
    },
  };
}

/** Changes streams, in turn with the writes that they record. */
export function changeStreams(
  units: Units,
  streams: Streams,
  decide: () => readonly StreamChange[],
): Promise<void> {
  return units.run(async () => {
    const changes = decide();
    return {
      result: undefined,
      commits: changes.length > 0,
      others: changes.map(({ type, stream }) =>
        type === 'store' ? storeStream(stream) : removeStream(stream),
      ),
      onCommit: () => changes.forEach((change) => streams.apply(change)),
    };
  });
}

function newest(streams: readonly Stream[], tableName: string): Stream | undefined {
  return streams
    .filter((stream) => stream.tableName === tableName)
    .toSorted((one, other) => one.createdAtMs - other.createdAtMs)
    .at(-1);
}

interface StoredStreams {
  readonly streams: readonly Stream[];
  readonly count: number;
}

async function loadStreams({ db }: DynaliteStore): Promise<StoredStreams> {
  const streams: Stream[] = [];
  const range = { gte: streamPrefix, lt: `${streamPrefix}\uFFFF` };
  for await (const [key, value] of db.iterator(range)) streams.push(parseStream(key, value));
  const count = await db.get(countKey);
  return { streams, count: typeof count === 'number' ? count : 0 };
}
