import { isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

/** Returns members of the names that a service has on the wire, `inputText` for `InputText`. */
export function lowercaseMembers(members: Json): Json {
  return renameMembers(members, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

/** Returns a value with every member capitalized, as Step Functions returns them. */
export function capitalizeMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalizeMembers);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [capitalize(name), capitalizeMembers(item)]),
  );
}

/** Returns a name that begins with a capital. */
export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Returns a copy with other names of its own members. */
export function renameMembers(members: Json, rename: (name: string) => string): Json {
  return Object.fromEntries(Object.entries(members).map(([name, item]) => [rename(name), item]));
}
