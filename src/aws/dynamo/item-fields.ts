/** A stored item, or a map in one. */
export type Item = Readonly<Record<string, unknown>>;

/** A map. The readers of this file throw where an item is not as it was written. */
export function record(value: unknown): Item {
  if (typeof value !== 'object' || value === null) throw malformed('item');
  return Object.fromEntries(Object.entries(value));
}

/** A field that is text. */
export function text(item: Item, name: string): string {
  const value = item[name];
  if (typeof value !== 'string') throw malformed(name);
  return value;
}

/** The field, as an object of its own, where it is there. */
export function optionalText<Name extends string>(
  item: Item,
  name: Name,
): { [key in Name]?: string } {
  const found: { [key in Name]?: string } = {};
  if (item[name] !== undefined) found[name] = text(item, name);
  return found;
}

/** A field that is a number. */
export function number(item: Item, name: string): number {
  const value = item[name];
  if (typeof value !== 'number') throw malformed(name);
  return value;
}

/** One of some values. */
export function oneOf<Value extends string>(values: readonly Value[], found: unknown): Value {
  const value = values.find((candidate) => candidate === found);
  if (value === undefined) throw malformed(String(found));
  return value;
}

export function malformed(name: string): TypeError {
  return new TypeError(`A stored item is malformed at ${name}`);
}

/** The field, as an object of its own, where it is there. */
export function optionalNumber<Name extends string>(
  item: Item,
  name: Name,
): { [key in Name]?: number } {
  const found: { [key in Name]?: number } = {};
  if (item[name] !== undefined) found[name] = number(item, name);
  return found;
}
