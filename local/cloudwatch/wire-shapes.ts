import type { Dimension } from '#local/cloudwatch/metric-store.ts';
import { isRecord, list, string, structure, type Range, type Shape } from '#local/wire/shape.ts';

/*
 * The same value differs by protocol: a time is text in the query protocol, seconds since 1970 in
 * JSON and tagged seconds in CBOR; a number is text in the query protocol.
 */

/** A time, in milliseconds since 1970. */
export const time: Shape<number> = (value, path, problems) => {
  const ms = toMs(isRecord(value) ? value['value'] : value);
  if (Number.isFinite(ms)) return ms;
  problems.push({ path, value, rule: { type: 'kind', kind: 'timestamp' } });
  return 0;
};

function toMs(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value * 1000 : Date.parse(String(value));
}

/** A whole number. */
export function integerLike({ min = 0, max = Infinity }: Range = {}): Shape<number> {
  return (value, path, problems) => {
    const isDigits = typeof value === 'string' && /^-?\d+$/u.test(value);
    const read = isDigits ? Number(value) : value;
    if (typeof read !== 'number' || !Number.isSafeInteger(read)) {
      problems.push({ path, value, rule: { type: 'kind', kind: 'integer' } });
      return 0;
    }
    if (read < min) problems.push({ path, value: read, rule: { type: 'at-least', limit: min } });
    if (read > max) problems.push({ path, value: read, rule: { type: 'at-most', limit: max } });
    return read;
  };
}

const name = string({ min: 1, max: 255 });

const value = string({ min: 1, max: 1024 });

/** The dimensions of a metric. */
export const dimensions = list(structure({ Name: name, Value: value }), { max: 30 });

/** Dimensions to find metrics by. One without a value matches every value. */
export const dimensionFilters = list(structure({ Name: name }, { Value: value }), { max: 10 });

/** Returns dimensions in the order of the store. */
export function sortedDimensions(
  items: readonly { readonly Name: string; readonly Value: string }[],
): readonly Dimension[] {
  return items
    .map((item) => ({ name: item.Name, value: item.Value }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
