import { createHash } from 'node:crypto';
import type { Write } from 'dynalite/db/index.js';
import { canonicalJson } from '#local/dynamodb/canonical-json.ts';
import { itemBytes } from '#local/dynamodb/item-size.ts';
import type { Sequences } from '#local/dynamodb/streams/sequences.ts';
import { recordKey, type Stream } from '#local/dynamodb/streams/stream.ts';
import type { Item, ItemChange } from '#local/dynamodb/units/unit-of-work.ts';
import type { ChangeRecorder } from '#local/dynamodb/units/units.ts';

/** What recording needs of the streams. */
export interface RecordedStreams {
  readonly region: string;
  readonly sequences: Sequences;
  now(): number;
  enabledOf(tableName: string): Stream | undefined;
  /** Called when a record of a stream is on disk. */
  appended(stream: Stream): void;
}

/** A record as `GetRecords` returns it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: Stream['viewType'];
  };
  readonly userIdentity?: { readonly PrincipalId: string; readonly Type: string };
}

/** A record in the log of a stream. */
export interface StoredRecord {
  readonly atMs: number;
  /** The value of the item's partition key. */
  readonly partitionKey: unknown;
  readonly record: StreamRecord;
}

/** Creates what turns the changes of items into records. A change that changes nothing is none. */
export function createRecorder(streams: RecordedStreams): ChangeRecorder {
  return {
    record(changes, isExpiry) {
      const writes = changes.flatMap((change): readonly Write[] => {
        const stream = streams.enabledOf(change.tableName);
        return stream === undefined || !isChange(change)
          ? []
          : [recordWrite(streams, stream, { change, isExpiry })];
      });
      return writes.length === 0 ? [] : [...writes, streams.sequences.store()];
    },
    recorded(changes) {
      for (const name of new Set(changes.map(({ tableName }) => tableName))) {
        const stream = streams.enabledOf(name);
        if (stream !== undefined) streams.appended(stream);
      }
    },
  };
}

function isChange({ before, after }: ItemChange): boolean {
  return canonicalJson(before) !== canonicalJson(after);
}

interface Occurrence {
  readonly change: ItemChange;
  readonly isExpiry: boolean;
}

function recordWrite(
  { region, now, sequences }: RecordedStreams,
  stream: Stream,
  { change: { before, after }, isExpiry }: Occurrence,
): Write {
  const atMs = Math.floor(now());
  const sequence = sequences.next();
  const key = recordKey(stream, sequence);
  const names = stream.keySchema.map(({ AttributeName }) => AttributeName);
  const item = after ?? before ?? {};
  const Keys = Object.fromEntries(names.map((name) => [name, item[name]]));
  const images = imagesOf(stream, before, after);
  const sizes = [Keys, ...Object.values(images)].map((image) => itemBytes(image));
  const record: StreamRecord = {
    eventID: createHash('md5').update(key).digest('hex'),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(atMs / 1000),
      Keys,
      ...images,
      SequenceNumber: sequence,
      SizeBytes: sizes.reduce((sum, size) => sum + size, 0),
      StreamViewType: stream.viewType,
    },
    ...(isExpiry ? { userIdentity: serviceIdentity } : {}),
  };
  const [hashName = ''] = names;
  const value: StoredRecord = { atMs, partitionKey: item[hashName], record };
  return { type: 'put', key, value };
}

/** Who deletes an item that has expired. */
const serviceIdentity = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' };

/** Returns the images that a stream has of a change. An item that is absent has none. */
function imagesOf(
  { viewType }: Stream,
  before: Item | undefined,
  after: Item | undefined,
): Pick<StreamRecord['dynamodb'], 'NewImage' | 'OldImage'> {
  const hasNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const hasOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  return {
    ...(hasNew && after !== undefined ? { NewImage: after } : {}),
    ...(hasOld && before !== undefined ? { OldImage: before } : {}),
  };
}
