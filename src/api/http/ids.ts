import { createHash, randomBytes } from 'node:crypto';
import type { Ids } from '#domain/ids.ts';

/** The ids and hashes of Node's `crypto`. */
export const ids: Ids = { create: newId, derive: derivedId, fingerprint: fingerprintOf };

/** Returns a UUID of version 7 (RFC 9562): it sorts by time, and 74 of its bits are random. */
export function newId(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  return toUuid(bytes, 7);
}

/** Returns a UUID of version 8 (RFC 9562), always the same for the same parts. */
export function derivedId(...parts: readonly string[]): string {
  return toUuid(createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16), 8);
}

function toUuid(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const cuts = [0, 8, 12, 16, 20, 32];
  return cuts
    .slice(1)
    .map((end, position) => hex.slice(cuts[position], end))
    .join('-');
}

/** Returns the SHA-256 of a text, in base64url. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
