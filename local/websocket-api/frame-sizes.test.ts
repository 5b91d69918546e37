import { expect, test } from 'vitest';
import { createFrameMeter } from '#local/websocket-api/frame-sizes.ts';

const mask = Buffer.alloc(4);

/** A masked frame of RFC 6455. */
function frame(payloadBytes: number): Buffer {
  const payload = Buffer.alloc(payloadBytes, 255);
  if (payloadBytes < 126) {
    return Buffer.concat([Buffer.from([0x81, 128 + payloadBytes]), mask, payload]);
  }
  const length = Buffer.alloc(payloadBytes < 65_536 ? 2 : 8);
  if (length.length === 2) length.writeUInt16BE(payloadBytes);
  else length.writeBigUInt64BE(BigInt(payloadBytes));
  const short = length.length === 2 ? 126 : 127;
  return Buffer.concat([Buffer.from([0x81, 128 + short]), length, mask, payload]);
}

test.each([1, 2, 3, 7, 100_000])(
  'only a frame that is too long is reported, in pieces of %i bytes',
  (pieceBytes) => {
    const isReported = (...lengths: readonly number[]): boolean => {
      const isTooLong = createFrameMeter(300);
      const bytes = Buffer.concat(lengths.map(frame));
      const starts = Array.from(
        { length: Math.ceil(bytes.length / pieceBytes) },
        (_, index) => index * pieceBytes,
      );
      return starts.some((start) => isTooLong(bytes.subarray(start, start + pieceBytes)));
    };
    expect(isReported(0, 1, 125, 126, 300, 0, 299)).toBe(false);
    expect(isReported(0, 125, 301)).toBe(true);
    expect(isReported(300, 70_000)).toBe(true);
  },
);
