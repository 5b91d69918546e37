import { isRecord } from '#local/wire/shape.ts';

/** A JSON Schema, of which only some keywords are read here. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Returns the members of an object, or no members if the value is not an object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** Returns the items of an array, or no items if the value is not an array. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
