import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The checksum algorithms of S3. Each returns the checksum in Base64. */
const algorithms = {
  crc32: (body: Buffer) => fourBytes(crc32(body)),
  crc32c: (body: Buffer) => fourBytes(crc32c(body)),
  crc64nvme: (body: Buffer) => eightBytes(crc64nvme(body)),
  sha1: (body: Buffer) => createHash('sha1').update(body).digest('base64'),
  sha256: (body: Buffer) => createHash('sha256').update(body).digest('base64'),
} as const;

/** The name of a checksum algorithm. */
export type ChecksumName = keyof typeof algorithms;

/** Returns whether S3 supports a checksum algorithm. */
export function isChecksumName(name: string): name is ChecksumName {
  return Object.hasOwn(algorithms, name);
}

/** Returns the checksum of bytes in Base64. */
export function checksumOf(name: ChecksumName, body: Buffer): string {
  return algorithms[name](body);
}

function fourBytes(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

function eightBytes(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.toString('base64');
}

/** CRC-32C (Castagnoli), reflected: RFC 3720, appendix B.4. */
const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(body: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of body) crc = (castagnoli[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const allOnes = 0xffffffffffffffffn;

/** CRC-64/NVME, reflected: NVM Express specification, section 5.2.1.3.4. */
const nvme = BigUint64Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  }
  return value;
});

function crc64nvme(body: Buffer): bigint {
  let crc = allOnes;
  for (const byte of body) {
    crc = (nvme[Number(crc & 0xffn) ^ byte] ?? 0n) ^ (crc >> 8n);
  }
  return crc ^ allOnes;
}
