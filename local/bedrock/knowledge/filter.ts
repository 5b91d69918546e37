import {
  anything,
  list,
  string,
  structure,
  union,
  type Path,
  type Problem,
  type Shaped,
} from '#local/wire/shape.ts';

const attribute = structure({ key: string({ min: 1, max: 200 }), value: anything });

/** The operators of a RetrievalFilter that compare one attribute. */
const comparison = {
  equals: attribute,
  notEquals: attribute,
  greaterThan: attribute,
  greaterThanOrEquals: attribute,
  lessThan: attribute,
  lessThanOrEquals: attribute,
  in: attribute,
  notIn: attribute,
  startsWith: attribute,
  listContains: attribute,
  stringContains: attribute,
};

type Comparison = Shaped<ReturnType<typeof union<typeof comparison>>>;

/** A RetrievalFilter of the agent runtime: a comparison, or a combination of filters. */
export type Filter =
  | Comparison
  | { readonly type: 'andAll'; readonly value: readonly Filter[] }
  | { readonly type: 'orAll'; readonly value: readonly Filter[] };

const nestedFilter = (value: unknown, path: Path, problems: Problem[]): Filter =>
  filterShape(value, path, problems);

/** Reads a filter. `andAll` and `orAll` take at least two filters. */
export function filterShape(value: unknown, path: Path, problems: Problem[]): Filter {
  const filters = list(nestedFilter, { min: 2 });
  return union({ ...comparison, andAll: filters, orAll: filters })(value, path, problems);
}

/** The attributes of a document. */
export type Metadata = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Returns whether the metadata of a document passes a filter. Without a filter, all pass. */
export function matchesFilter(metadata: Metadata, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.type === 'andAll') return filter.value.every((part) => matchesFilter(metadata, part));
  if (filter.type === 'orAll') return filter.value.some((part) => matchesFilter(metadata, part));
  const { key } = filter.value;
  return compare(filter, Object.hasOwn(metadata, key) ? metadata[key] : undefined);
}

function compare(
  { type, value: { value } }: Comparison,
  attributeValue: Metadata[string] | undefined,
): boolean {
  switch (type) {
    case 'equals':
      return attributeValue === value;
    case 'notEquals':
      return attributeValue !== undefined && attributeValue !== value;
    case 'greaterThan':
      return areNumbers(attributeValue, value) && Number(attributeValue) > Number(value);
    case 'greaterThanOrEquals':
      return areNumbers(attributeValue, value) && Number(attributeValue) >= Number(value);
    case 'lessThan':
      return areNumbers(attributeValue, value) && Number(attributeValue) < Number(value);
    case 'lessThanOrEquals':
      return areNumbers(attributeValue, value) && Number(attributeValue) <= Number(value);
    case 'in':
      return Array.isArray(value) && value.includes(attributeValue);
    case 'notIn':
      return (
        attributeValue !== undefined && Array.isArray(value) && !value.includes(attributeValue)
      );
    case 'startsWith':
      return typeof attributeValue === 'string' && attributeValue.startsWith(String(value));
    case 'listContains':
      return Array.isArray(attributeValue) && attributeValue.includes(value);
    case 'stringContains':
      return contains(attributeValue, String(value));
  }
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'number');
}

function contains(attributeValue: Metadata[string] | undefined, value: string): boolean {
  if (typeof attributeValue === 'string') return attributeValue.includes(value);
  return Array.isArray(attributeValue) && attributeValue.some((item) => item.includes(value));
}
