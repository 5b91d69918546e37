export type Json = Readonly<Record<string, unknown>>;

/** Returns a value as an object, which is empty if it is none. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
