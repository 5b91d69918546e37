import { crc32 } from 'node:zlib';

/**
 * Encodes a frame of AWS's event stream: total length, length of the headers, CRC-32 of those eight
 * bytes, headers, payload, and CRC-32 of all bytes before it.
 */
export function encodeFrame(
  headers: Readonly<Record<string, string>>,
  payload: Uint8Array | string,
): Buffer {
  return assemble(encodeHeaders(headers), payload);
}

/** Encodes an event, with its headers in the order that Bedrock uses. */
export function eventFrame(eventType: string, json: string): Buffer {
  return assemble(eventHeaders(eventType), json);
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

/** Caches the headers of each event type, as streams repeat a few types many times. */
function eventHeaders(eventType: string): Buffer {
  const cached = encodedHeaders.get(eventType);
  if (cached !== undefined) return cached;
  const encoded = encodeHeaders({
    ':event-type': eventType,
    ':content-type': 'application/json',
    ':message-type': 'event',
  });
  encodedHeaders.set(eventType, encoded);
  return encoded;
}

const encodedHeaders = new Map<string, Buffer>();

function assemble(head: Uint8Array, payload: Uint8Array | string): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const total = 12 + head.length + length + 4;
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(head, 12);
  if (typeof payload === 'string') frame.write(payload, 12 + head.length, 'utf8');
  else frame.set(payload, 12 + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, total - 4)), total - 4);
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
