/** How a protocol writes what JSON has no type for. By default, lists and maps are as in JSON. */
export interface OutputForm {
  date(value: Date): unknown;
  list?(items: readonly unknown[]): unknown;
  map?(entries: readonly (readonly [string, unknown])[]): unknown;
}

/**
 * Returns the output of an operation in the form of a protocol, without undefined members. Times are
 * `Date`s in it, and `Map`s are maps whose keys are data.
 */
export function renderOutput(value: unknown, form: OutputForm): unknown {
  if (value instanceof Date) return form.date(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => renderOutput(item, form));
    return form.list?.(items) ?? items;
  }
  if (value instanceof Map) {
    const entries = renderEntries([...value], form);
    return form.map?.(entries) ?? Object.fromEntries(entries);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(renderEntries(Object.entries(value), form));
}

function renderEntries(
  entries: readonly (readonly [unknown, unknown])[],
  form: OutputForm,
): readonly (readonly [string, unknown])[] {
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [String(key), renderOutput(value, form)] as const);
}
