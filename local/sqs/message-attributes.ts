import { createHash } from 'node:crypto';
import { type Shaped, map, readShape, string, structure } from '#local/wire/shape.ts';

/** `MessageAttributes` as they cross the wire: binary values in Base64. */
export const messageAttributes = map(
  structure({ DataType: string({ min: 1 }) }, { StringValue: string(), BinaryValue: string() }),
);

export type MessageAttributes = Shaped<typeof messageAttributes>;

/** Message attributes as they are kept. */
export function parseAttributes(json: string): MessageAttributes {
  return readShape(messageAttributes, JSON.parse(json), () => new Error('Attributes are damaged'));
}

/** MD5 of a message's body. */
export function md5(text: string | Buffer): string {
  return createHash('md5').update(text).digest('hex');
}

/**
 * MD5 of message attributes: by name in order, each name, type and value with its length before it
 * (SQS developer guide, "Calculating the MD5 message digest for message attributes").
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    const isBinary = BinaryValue !== undefined;
    const value = isBinary ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue ?? '');
    const kind = Buffer.from([isBinary ? 2 : 1]);
    return [sized(Buffer.from(name)), sized(Buffer.from(DataType)), kind, sized(value)];
  });
  return md5(Buffer.concat(parts));
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** How many bytes attributes add to their message. */
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
