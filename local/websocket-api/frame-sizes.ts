/**
 * Returns a function that takes the bytes of a WebSocket client as they arrive, and returns whether
 * the payload of a frame is longer than the limit. It needs only the head of such a frame.
 */
export function createFrameMeter(maxBytes: number): (bytes: Buffer) => boolean {
  /** The beginning of a frame's head. */
  let head: Buffer = Buffer.alloc(0);
  /** How much of the current frame follows its head. */
  let leftBytes = 0;
  return (bytes) => {
    let rest = bytes;
    while (rest.length > 0) {
      const skipped = Math.min(leftBytes, rest.length);
      leftBytes -= skipped;
      const start = rest.subarray(skipped);
      const seen = Buffer.concat([head, start]);
      const frame = readHead(seen);
      if (frame === undefined) {
        head = seen;
        return false;
      }
      if (frame.payloadBytes > maxBytes) return true;
      rest = seen.subarray(frame.headBytes);
      head = Buffer.alloc(0);
      leftBytes = frame.payloadBytes;
    }
    return false;
  };
}

/** RFC 6455, 5.2. Returns undefined if the head is incomplete. */
function readHead(
  bytes: Buffer,
): { readonly headBytes: number; readonly payloadBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const maskBytes = second >= 128 ? 4 : 0;
  const short = second % 128;
  const lengthBytes = extendedLengths[short] ?? 0;
  const headBytes = 2 + lengthBytes + maskBytes;
  if (bytes.length < headBytes) return undefined;
  if (lengthBytes === 2) return { headBytes, payloadBytes: bytes.readUInt16BE(2) };
  if (lengthBytes === 8) return { headBytes, payloadBytes: Number(bytes.readBigUInt64BE(2)) };
  return { headBytes, payloadBytes: short };
}

/** How many bytes follow for a length that does not fit into seven bits. */
const extendedLengths: Readonly<Record<number, number>> = { 126: 2, 127: 8 };
