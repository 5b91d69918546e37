import { Refusal, invalid } from '#local/dynamodb/refusal.ts';
import { integer, readShape, string, structure, type Shaped } from '#local/wire/shape.ts';

const iteratorShape = structure({
  arn: string(),
  /** The records after this sequence number are read next. */
  after: string(),
  atMs: integer(),
});

/** A place in a shard from which records are read. */
export type ShardIterator = Shaped<typeof iteratorShape>;

/** An iterator can be used for 15 minutes. */
const lifetimeMs = 900_000;

/** Returns the text of an iterator, which begins with the ARN of the stream as on AWS. */
export function encodeIterator(iterator: ShardIterator): string {
  const json = JSON.stringify(iterator);
  return `${iterator.arn}|1|${Buffer.from(json).toString('base64')}`;
}

/** Returns an iterator. Throws DynamoDB's error for one that is malformed or has expired. */
export function decodeIterator(text: string, nowMs: number): ShardIterator {
  const [, , base64 = ''] = text.split('|');
  const iterator = readShape(iteratorShape, parse(base64), () => invalid('Invalid ShardIterator'));
  if (encodeIterator(iterator) !== text) throw invalid('Invalid ShardIterator');
  if (iterator.atMs + lifetimeMs <= nowMs) {
    throw new Refusal('ExpiredIteratorException', 'Shard iterator has expired');
  }
  return iterator;
}

function parse(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
