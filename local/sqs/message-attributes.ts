import { createHash } from 'node:crypto';
import { type Shaped, map, readShape, string, structure } from '#local/wire/shape.ts';

/** The shape of `MessageAttributes` on the wire, with binary values in Base64. */
export const messageAttributes = map(
  structure({ DataType: string({ min: 1 }) }, { StringValue: string(), BinaryValue: string() }),
);

/** The attributes of a message. */
export type MessageAttributes = Shaped<typeof messageAttributes>;

/** Parses stored message attributes. */
export function parseAttributes(json: string): MessageAttributes {
  return readShape(
    messageAttributes,
    JSON.parse(json),
    () => new Error('The stored message attributes are damaged'),
  );
}

/** Returns the MD5 digest of a text or of bytes, in hexadecimal. */
export function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

/**
 * Returns the MD5 digest of message attributes, or undefined if there are none. The attributes are
 * sorted by name, and each name, type and value is preceded by its length (SQS developer guide,
 * "Calculating the MD5 message digest for message attributes").
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const isBinary = BinaryValue !== undefined;
    const value = isBinary ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue ?? '');
    const kind = Buffer.from([isBinary ? 2 : 1]);
    return [
      withLength(Buffer.from(name)),
      withLength(Buffer.from(DataType)),
      kind,
      withLength(value),
    ];
  });
  return md5(Buffer.concat(parts));
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Returns the number of bytes that attributes add to the size of their message. */
export function sizeOfAttributes(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) => {
      const value =
        BinaryValue === undefined ? (StringValue ?? '') : Buffer.from(BinaryValue, 'base64');
      return sum + Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(value);
    },
    0,
  );
}
