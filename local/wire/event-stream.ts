import { crc32 } from 'node:zlib';

/**
 * Encodes a frame of AWS's event stream: total length, length of the headers, CRC-32 of those eight
 * bytes, headers, payload, and CRC-32 of all bytes before it.
 */
export function encodeFrame(
  headers: Readonly<Record<string, string>>,
  payload: Uint8Array | string,
): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  return complete(begin(encodeHeaders(headers), length), payload, length);
}

/** Encodes an event, with its headers in the order that Bedrock uses. */
export function eventFrame(eventType: string, json: string): Buffer {
  const length = Buffer.byteLength(json);
  return complete(beginEvent(eventType, length), json, length);
}

/** Encodes an exception, which ends the stream. Its type is such as `throttlingException`. */
export function exceptionFrame(exceptionType: string, json: string): Buffer {
  const headers = {
    ':exception-type': exceptionType,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  };
  return encodeFrame(headers, json);
}

/** Encodes an error outside the service model: code and message are headers, with no payload. */
export function errorFrame(code: string, message: string): Buffer {
  const headers = { ':message-type': 'error', ':error-code': code, ':error-message': message };
  return encodeFrame(headers, '');
}

/** What stands in a frame before its payload, and its CRC-32. */
interface Beginning {
  readonly bytes: Buffer;
  readonly crc: number;
}

/** Payloads of up to so many bytes have their beginnings cached. */
const maxCachedLength = 1_024;

/** The beginnings of events by their types and the lengths of their payloads. Streams repeat a few. */
const beginnings = new Map<string, Beginning[]>();

function beginEvent(eventType: string, length: number): Beginning {
  const known = beginnings.get(eventType) ?? [];
  const cached = known[length];
  if (cached !== undefined) return cached;
  const headers = encodeHeaders({
    ':event-type': eventType,
    ':content-type': 'application/json',
    ':message-type': 'event',
  });
  const beginning = begin(headers, length);
  if (length <= maxCachedLength) known[length] = beginning;
  beginnings.set(eventType, known);
  return beginning;
}

function begin(headers: Uint8Array, length: number): Beginning {
  const bytes = Buffer.alloc(12 + headers.length);
  bytes.writeUInt32BE(bytes.length + length + 4, 0);
  bytes.writeUInt32BE(headers.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  bytes.set(headers, 12);
  return { bytes, crc: crc32(bytes) };
}

function complete({ bytes, crc }: Beginning, payload: Uint8Array | string, length: number): Buffer {
  const frame = Buffer.allocUnsafe(bytes.length + length + 4);
  frame.set(bytes);
  if (typeof payload !== 'string') frame.set(payload, bytes.length);
  // ASCII is written faster as what it is.
  else frame.write(payload, bytes.length, payload.length === length ? 'latin1' : 'utf8');
  frame.writeUInt32BE(crc32(payload, crc), bytes.length + length);
  return frame;
}

const stringType = 7;

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).map(([name, value]) => {
    const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
    const length = Buffer.alloc(2);
    length.writeUInt16BE(valueBytes.length);
    return Buffer.concat([
      Buffer.from([nameBytes.length]),
      nameBytes,
      Buffer.from([stringType]),
      length,
      valueBytes,
    ]);
  });
  return Buffer.concat(parts);
}
