import dynalite from 'dynalite/db/index.js';
import { isRecord } from '#local/wire/shape.ts';

const sizeInUnits = dynalite.itemSize;

/**
 * Makes dynalite measure items in bytes of UTF-8, as DynamoDB does, where it refuses items that are
 * too large. It counts UTF-16 units, so text beyond ASCII would pass the limit.
 */
export function countBytes(): void {
  dynalite.itemSize = (item, ...options) => {
    const units = sizeInUnits(item, ...options);
    // A unit has three bytes at most, so bytes matter only for large items.
    return units * 3 <= dynalite.MAX_SIZE ? units : units + extraBytesOfMap(item);
  };
}

/** Returns the size of an item in bytes. */
export function itemBytes(item: object, ...options: readonly unknown[]): number {
  return sizeInUnits(item, ...options) + extraBytesOfMap(item);
}

/** Returns how many more bytes than UTF-16 units the texts and names of a map have. */
function extraBytesOfMap(map: object): number {
  let extra = 0;
  for (const [name, value] of Object.entries(map)) extra += extraBytes(name) + extraOfValue(value);
  return extra;
}

/** An attribute value has one member, named after its type. */
function extraOfValue(value: unknown): number {
  if (!isRecord(value)) return 0;
  const { S, SS, L, M } = value;
  if (typeof S === 'string') return extraBytes(S);
  if (Array.isArray(SS)) return SS.reduce((sum: number, text) => sum + extraBytes(String(text)), 0);
  if (Array.isArray(L)) return L.reduce((sum: number, member) => sum + extraOfValue(member), 0);
  return isRecord(M) ? extraBytesOfMap(M) : 0;
}

function extraBytes(text: string): number {
  return Buffer.byteLength(text) - text.length;
}
