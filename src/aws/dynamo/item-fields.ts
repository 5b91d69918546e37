/*
 * Readers of the fields of stored items. They throw a `TypeError` if an item is malformed.
 */

/** A stored item, or a map in one. */
export type Item = Readonly<Record<string, unknown>>;

/** Returns a value as a map. */
export function record(value: unknown): Item {
  if (typeof value !== 'object' || value === null) throw malformed('item');
  return Object.fromEntries(Object.entries(value));
}

/** Returns a field that is text. */
export function text(item: Item, name: string): string {
  const value = item[name];
  if (typeof value !== 'string') throw malformed(name);
  return value;
}

/** Returns an object with the field; an empty object if the item does not have it. */
export function optionalText<Name extends string>(
  item: Item,
  name: Name,
): { [key in Name]?: string } {
  const fields: { [key in Name]?: string } = {};
  if (item[name] !== undefined) fields[name] = text(item, name);
  return fields;
}

/** Returns a field that is a number. */
export function number(item: Item, name: string): number {
  const value = item[name];
  if (typeof value !== 'number') throw malformed(name);
  return value;
}

/** Returns the value if it is one of the expected values. */
export function oneOf<Value extends string>(values: readonly Value[], value: unknown): Value {
  const known = values.find((candidate) => candidate === value);
  if (known === undefined) throw malformed(String(value));
  return known;
}

/** Returns the error for a malformed field. */
export function malformed(name: string): TypeError {
  return new TypeError(`A stored item is malformed at ${name}`);
}

/** Returns an object with the field; an empty object if the item does not have it. */
export function optionalNumber<Name extends string>(
  item: Item,
  name: Name,
): { [key in Name]?: number } {
  const fields: { [key in Name]?: number } = {};
  if (item[name] !== undefined) fields[name] = number(item, name);
  return fields;
}
