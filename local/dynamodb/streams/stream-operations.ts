import { catchRefusal, type DynamoResponse } from '#local/dynamodb/operations.ts';
import { invalid, readInput, Refusal } from '#local/dynamodb/refusal.ts';
import { sequenceBefore } from '#local/dynamodb/streams/sequences.ts';
import { decodeIterator, encodeIterator } from '#local/dynamodb/streams/shard-iterator.ts';
import { readLog, trimLog, type LogSettings } from '#local/dynamodb/streams/stream-log.ts';
import { isEnabled, shardId, streamArn, type Stream } from '#local/dynamodb/streams/stream.ts';
import { integer, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';

const StreamArn = string({ min: 37, max: 1024 });
const ShardId = string({ min: 28, max: 65 });
const Limit = integer({ min: 1, max: 100 });

const listShape = structure(
  {},
  { TableName: string({ min: 1, max: 1024 }), Limit, ExclusiveStartStreamArn: StreamArn },
);

const describeShape = structure(
  { StreamArn },
  {
    Limit,
    ExclusiveStartShardId: ShardId,
    ShardFilter: structure({}, { Type: oneOf('CHILD_SHARDS'), ShardId }),
  },
);

const iteratorShape = structure(
  {
    StreamArn,
    ShardId,
    ShardIteratorType: oneOf(
      'TRIM_HORIZON',
      'LATEST',
      'AT_SEQUENCE_NUMBER',
      'AFTER_SEQUENCE_NUMBER',
    ),
  },
  { SequenceNumber: string({ min: 21, max: 40, pattern: String.raw`\d+` }) },
);

const recordsShape = structure(
  { ShardIterator: string({ min: 1, max: 2048 }) },
  { Limit: integer({ min: 1, max: 1000 }) },
);

/** `GetRecords` returns up to 1 MB. */
const maxBytes = 1_048_576;

type StreamOperation = (input: unknown) => Promise<DynamoResponse>;

/** Returns the operations of the API of DynamoDB Streams by their names. */
export function createStreamOperations(
  settings: LogSettings,
): ReadonlyMap<string, StreamOperation> {
  return new Map([
    ['ListStreams', answer((input) => listStreams(settings, readInput(listShape, input)))],
    [
      'DescribeStream',
      answer((input) => describeStream(settings, readInput(describeShape, input))),
    ],
    [
      'GetShardIterator',
      answer((input) => getShardIterator(settings, readInput(iteratorShape, input))),
    ],
    ['GetRecords', answer((input) => getRecords(settings, readInput(recordsShape, input)))],
  ]);
}

function answer(run: (input: unknown) => object | Promise<object>): StreamOperation {
  return (input) => catchRefusal(async () => ({ status: 200, body: { ...(await run(input)) } }));
}

function listStreams({ streams }: LogSettings, input: Shaped<typeof listShape>): object {
  const { TableName, Limit: limit = 100, ExclusiveStartStreamArn: start = '' } = input;
  const found = streams
    .all()
    .filter(({ tableName }) => TableName === undefined || tableName === TableName)
    .map((stream) => ({ stream, arn: streamArn(stream, streams.region) }))
    .filter(({ arn }) => arn > start);
  const page = found.slice(0, limit);
  const Streams = page.map(({ arn, stream }) => ({
    StreamArn: arn,
    TableName: stream.tableName,
    StreamLabel: stream.label,
  }));
  return found.length > limit ? { Streams, LastEvaluatedStreamArn: page.at(-1)?.arn } : { Streams };
}

async function describeStream(
  settings: LogSettings,
  { StreamArn: arn, ExclusiveStartShardId, ShardFilter }: Shaped<typeof describeShape>,
): Promise<object> {
  const stream = await trimLog(settings, requireStream(settings, arn));
  // There is one shard, so none comes after it or from it.
  const isAsked = ExclusiveStartShardId === undefined && ShardFilter?.ShardId === undefined;
  const StreamDescription = {
    StreamArn: arn,
    StreamLabel: stream.label,
    StreamStatus: isEnabled(stream) ? 'ENABLED' : 'DISABLED',
    StreamViewType: stream.viewType,
    CreationRequestDateTime: stream.createdAtMs / 1000,
    TableName: stream.tableName,
    KeySchema: stream.keySchema,
    Shards: isAsked ? [shardOf(stream)] : [],
  };
  return { StreamDescription };
}

function shardOf(stream: Stream): object {
  const { start, end } = stream;
  return {
    ShardId: shardId(stream),
    SequenceNumberRange: {
      StartingSequenceNumber: start,
      ...(end === undefined ? {} : { EndingSequenceNumber: end }),
    },
  };
}

async function getShardIterator(
  settings: LogSettings,
  input: Shaped<typeof iteratorShape>,
): Promise<object> {
  const { StreamArn: arn, ShardId: shard } = input;
  const found = requireStream(settings, arn);
  if (shardId(found) !== shard) {
    throw notFound(`Shard: ${shard} in Stream: ${arn} not found`);
  }
  const stream = await trimLog(settings, found);
  const after = positionOf(settings, stream, input);
  const atMs = Math.floor(settings.streams.now());
  return { ShardIterator: encodeIterator({ arn, after, atMs }) };
}

/** Returns the sequence number after which an iterator begins. */
function positionOf(
  { streams }: LogSettings,
  { trimmed }: Stream,
  { ShardIteratorType: type, SequenceNumber: sequence }: Shaped<typeof iteratorShape>,
): string {
  const needsNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER';
  if (needsNumber && sequence === undefined) {
    throw invalid(`SequenceNumber must be specified for ShardIteratorType ${type}`);
  }
  if (!needsNumber && sequence !== undefined) {
    throw invalid(`SequenceNumber must not be specified for ShardIteratorType ${type}`);
  }
  switch (type) {
    case 'TRIM_HORIZON':
      return trimmed;
    case 'LATEST':
      return streams.lastSequence();
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const number = sequence ?? '';
      const after = type === 'AT_SEQUENCE_NUMBER' ? sequenceBefore(number) : number;
      if (isBefore(after, trimmed)) throw trimmedData();
      const last = streams.lastSequence();
      return isBefore(last, after) ? last : after;
    }
  }
}

async function getRecords(
  settings: LogSettings,
  { ShardIterator, Limit: limit = 1000 }: Shaped<typeof recordsShape>,
): Promise<object> {
  const { storage, streams } = settings;
  const { arn, after } = decodeIterator(ShardIterator, streams.now());
  const stream = await trimLog(settings, requireStream(settings, arn));
  if (isBefore(after, stream.trimmed)) throw trimmedData();
  const found = await readLog(storage, stream, { after, limit, maxBytes });
  const Records = found.map(({ record }) => record);
  const last = Records.at(-1)?.dynamodb.SequenceNumber ?? after;
  const isAtEnd = stream.end !== undefined && (found.length === 0 || !isBefore(last, stream.end));
  if (isAtEnd) return { Records };
  const atMs = Math.floor(streams.now());
  return { Records, NextShardIterator: encodeIterator({ arn, after: last, atMs }) };
}

/** Numbers of callers may differ in length. */
function isBefore(one: string, other: string): boolean {
  return BigInt(one) < BigInt(other);
}

function requireStream({ streams }: LogSettings, arn: string): Stream {
  const stream = streams.find(arn);
  if (stream === undefined) throw notFound(`Stream: ${arn} not found`);
  return stream;
}

function notFound(what: string): Refusal {
  return new Refusal('ResourceNotFoundException', `Requested resource not found: ${what}`);
}

function trimmedData(): Refusal {
  return new Refusal(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  );
}
