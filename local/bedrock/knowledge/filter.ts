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

/** The comparisons of a RetrievalFilter that look at one attribute. */
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

/** A RetrievalFilter of the agent runtime: a comparison, or several of them joined. */
export type Filter =
  | Comparison
  | { readonly type: 'andAll'; readonly value: readonly Filter[] }
  | { readonly type: 'orAll'; readonly value: readonly Filter[] };

const lazily = (value: unknown, path: Path, problems: Problem[]): Filter =>
  filterShape(value, path, problems);

/** Reads a filter; `andAll` and `orAll` take at least two. */
export function filterShape(value: unknown, path: Path, problems: Problem[]): Filter {
  const several = list(lazily, { min: 2 });
  return union({ ...comparison, andAll: several, orAll: several })(value, path, problems);
}

export type Metadata = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Whether what is known of a document passes a filter; none lets all pass. */
export function matches(metadata: Metadata, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.type === 'andAll') return filter.value.every((part) => matches(metadata, part));
  if (filter.type === 'orAll') return filter.value.some((part) => matches(metadata, part));
  const { key } = filter.value;
  return compares(filter, Object.hasOwn(metadata, key) ? metadata[key] : undefined);
}

function compares(
  { type, value: { value } }: Comparison,
  found: Metadata[string] | undefined,
): boolean {
  switch (type) {
    case 'equals':
      return found === value;
    case 'notEquals':
      return found !== undefined && found !== value;
    case 'greaterThan':
      return isNumbers(found, value) && Number(found) > Number(value);
    case 'greaterThanOrEquals':
      return isNumbers(found, value) && Number(found) >= Number(value);
    case 'lessThan':
      return isNumbers(found, value) && Number(found) < Number(value);
    case 'lessThanOrEquals':
      return isNumbers(found, value) && Number(found) <= Number(value);
    case 'in':
      return Array.isArray(value) && value.includes(found);
    case 'notIn':
      return found !== undefined && Array.isArray(value) && !value.includes(found);
    case 'startsWith':
      return typeof found === 'string' && found.startsWith(String(value));
    case 'listContains':
      return Array.isArray(found) && found.includes(value);
    case 'stringContains':
      return contains(found, String(value));
  }
}

function isNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'number');
}

function contains(found: Metadata[string] | undefined, value: string): boolean {
  if (typeof found === 'string') return found.includes(value);
  return Array.isArray(found) && found.some((item) => item.includes(value));
}
