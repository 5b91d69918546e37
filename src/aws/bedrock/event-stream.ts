import { crc32 } from 'node:zlib';

/** One message of AWS's event stream encoding (`application/vnd.amazon.eventstream`). */
export interface Frame {
  readonly headers: ReadonlyMap<string, string>;
  /** The payload, which in Bedrock's streams is text. */
  readonly payload: string;
}

/** The total length, the length of the headers, and the checksum of both. */
const preludeBytes = 12;
const checksumBytes = 4;
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
  const reader: FrameReader = { partial: Buffer.alloc(0), headers: createHeaderReader() };
  for await (const chunk of chunks) yield framesIn(reader, chunk);
  if (reader.partial.length > 0) throw new Error('The event stream ended within a message');
}

interface FrameReader {
  /** The beginning of a frame that continues in the next piece. */
  partial: Buffer;
  readonly headers: HeaderReader;
}

/** Copies only frames that span two pieces. Other frames are read in place. */
function* framesIn(reader: FrameReader, chunk: Buffer): Generator<Frame, void, undefined> {
  let at = 0;
  while (reader.partial.length > 0 && at < chunk.length) {
    const end = at + neededBytes(reader.partial) - reader.partial.length;
    reader.partial = Buffer.concat([reader.partial, chunk.subarray(at, end)]);
    at = Math.min(end, chunk.length);
    if (reader.partial.length < neededBytes(reader.partial)) continue;
    yield toFrame(reader.partial, reader.headers);
    reader.partial = Buffer.alloc(0);
  }
  for (let end = at; chunk.length - at >= preludeBytes; at = end) {
    end = at + frameLength(chunk, at);
    if (end > chunk.length) break;
    yield toFrame(chunk.subarray(at, end), reader.headers);
  }
  if (at < chunk.length) reader.partial = chunk.subarray(at);
}

/** Returns how many bytes of a frame are needed to read on. */
function neededBytes(partial: Buffer): number {
  return partial.length < preludeBytes ? preludeBytes : frameLength(partial, 0);
}

function frameLength(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32BE(start);
  if (length < minFrameBytes || length > maxFrameBytes) throw wrongChecksum();
  return length;
}

/** The checksum at the end covers the whole frame, and so the length that was used to cut it. */
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

const stringType = 7;

function toHeaders(bytes: Buffer): Frame['headers'] {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    // Bedrock sends only text headers. Other types have other lengths.
    if (bytes.readUInt8(nameEnd) !== stringType) throw new Error(`Header ${name} is not text`);
    const valueStart = nameEnd + 3;
    at = valueStart + bytes.readUInt16BE(nameEnd + 1);
    headers.set(name, bytes.toString('utf8', valueStart, at));
  }
  return headers;
}
