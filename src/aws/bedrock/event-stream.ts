import { crc32 } from 'node:zlib';

/** One message of AWS's event stream encoding (`application/vnd.amazon.eventstream`). */
export interface Frame {
  /** The text headers. Headers of other types have an empty text: no type or message is one. */
  readonly headers: ReadonlyMap<string, string>;
  /** The payload, which in Bedrock's streams is text. */
  readonly payload: string;
}

/** The total length, the length of the headers, and the checksum of both. */
const preludeBytes = 12;
const checksumBytes = 4;
const lengthsBytes = preludeBytes - checksumBytes;
const minFrameBytes = preludeBytes + checksumBytes;

/** Bedrock sends no larger messages: 24 MiB of payload, 128 KiB of headers. */
const maxFrameBytes = 24 * 1024 * 1024 + 128 * 1024 + preludeBytes + checksumBytes;

/**
 * Decodes the frames of an event stream, which may span several pieces. For each piece, emits the
 * frames that it completes. They must be read before the next piece is requested. Throws if a
 * checksum is wrong or the stream ends within a frame.
 */
export async function* decodeFrames(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Iterable<Frame>, void, undefined> {
  const decoder = createFrameDecoder();
  for await (const chunk of chunks) yield decoder.add(chunk);
  decoder.end();
}

/** Decodes the frames of an event stream piece by piece. */
export interface FrameDecoder {
  /** Returns the frames that a piece completes. They must be read before the next piece is added. */
  add(chunk: Buffer): Iterable<Frame>;
  /** Throws if the stream ends within a frame. */
  end(): void;
}

/** Returns a decoder for one stream. It throws if a checksum is wrong. */
export function createFrameDecoder(): FrameDecoder {
  const reader = { frame: Buffer.alloc(preludeBytes), filled: 0, headers: createHeaderReader() };
  return {
    add: (chunk) => framesIn(reader, chunk),
    end() {
      if (reader.filled > 0) throw new Error('The event stream ended within a message');
    },
  };
}

interface FrameReader {
  /** A frame that spans several pieces; only its prelude until its length is known. */
  frame: Buffer;
  /** How many bytes of it have arrived. */
  filled: number;
  readonly headers: HeaderReader;
}

/** Copies only frames that span several pieces. Other frames are read in place. */
function* framesIn(reader: FrameReader, chunk: Buffer): Generator<Frame, void, undefined> {
  for (let at = 0; at < chunk.length;) {
    const startsHere = reader.filled === 0 && chunk.length - at >= preludeBytes;
    const end = startsHere ? at + frameLength(chunk, at) : Infinity;
    if (end <= chunk.length) {
      yield toFrame(chunk.subarray(at, end), reader.headers);
      at = end;
      continue;
    }
    const copied = chunk.copy(reader.frame, reader.filled, at);
    at += copied;
    reader.filled += copied;
    if (reader.filled < reader.frame.length) return;
    if (reader.filled === preludeBytes) {
      reader.frame = Buffer.concat([reader.frame], frameLength(reader.frame, 0));
      continue;
    }
    yield toFrame(reader.frame, reader.headers);
    Object.assign(reader, { frame: Buffer.alloc(preludeBytes), filled: 0 });
  }
}

/** Returns the length of a frame, which is checked before the rest of the frame has arrived. */
function frameLength(bytes: Buffer, start: number): number {
  const lengths = bytes.subarray(start, start + lengthsBytes);
  if (crc32(lengths) !== bytes.readUInt32BE(start + lengthsBytes)) throw wrongChecksum();
  const length = bytes.readUInt32BE(start);
  const payloadLength = length - minFrameBytes - bytes.readUInt32BE(start + 4);
  if (payloadLength < 0 || length > maxFrameBytes) throw new Error('A message has a wrong length');
  return length;
}

function toFrame(frame: Buffer, readHeaders: HeaderReader): Frame {
  const end = frame.length - checksumBytes;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw wrongChecksum();
  const payloadStart = preludeBytes + frame.readUInt32BE(4);
  const payload = frame.toString('utf8', payloadStart, end);
  return { headers: readHeaders(frame, payloadStart), payload };
}

function wrongChecksum(): Error {
  return new Error('A message of the event stream has a wrong checksum');
}

/** Returns the headers of a frame. They end at `end`, where the payload begins. */
type HeaderReader = (frame: Buffer, end: number) => Frame['headers'];

/** Decodes equal consecutive headers only once: all deltas of an answer have the same headers. */
function createHeaderReader(): HeaderReader {
  let lastBytes = Buffer.alloc(0);
  let last: Frame['headers'] = new Map();
  return (frame, end) => {
    const { length } = lastBytes;
    const same =
      length === end - preludeBytes && frame.compare(lastBytes, 0, length, preludeBytes, end) === 0;
    if (same) return last;
    lastBytes = Buffer.from(frame.subarray(preludeBytes, end));
    last = toHeaders(lastBytes);
    return last;
  };
}

/** The lengths of header values, by their type; those of bytes and text precede them. */
const valueLengths: Readonly<Record<number, number>> = {
  0: 0, // true
  1: 0, // false
  2: 1, // byte
  3: 2, // short
  4: 4, // integer
  5: 8, // long
  8: 8, // timestamp
  9: 16, // UUID
};
const bytesType = 6;
const textType = 7;

function toHeaders(bytes: Buffer): Frame['headers'] {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    const hasLength = type === bytesType || type === textType;
    const valueStart = nameEnd + (hasLength ? 3 : 1);
    const length = hasLength ? bytes.readUInt16BE(nameEnd + 1) : valueLengths[type];
    if (length === undefined) throw new Error(`Header ${name} has an unknown type`);
    at = valueStart + length;
    if (at > bytes.length) throw new Error(`Header ${name} is longer than the headers`);
    headers.set(name, type === textType ? bytes.toString('utf8', valueStart, at) : '');
  }
  return headers;
}
