import { isRecord } from '#local/wire/shape.ts';

/** The resolved properties of one resource, read with errors that name resource and property. */
export interface Properties {
  /** Where they are: the resource, and the path below it. */
  readonly key: string;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  /** One of a few texts. */
  choice<Choice extends string>(name: string, of: readonly Choice[], otherwise?: Choice): Choice;
  number(name: string, fallback: number): number;
  optionalNumber(name: string): number | undefined;
  flag(name: string, fallback?: boolean): boolean;
  texts(name: string): readonly string[];
  /** A map of strings, such as environment variables. */
  textMap(name: string): Readonly<Record<string, string>>;
  /** A nested object; empty where it is absent. */
  nested(name: string): Properties;
  /** A list of objects; empty where it is absent. */
  list(name: string): readonly Properties[];
  has(name: string): boolean;
  raw(name: string): unknown;
  /** The names that are there. */
  names(): readonly string[];
}

export function readProperties(key: string, values: unknown): Properties {
  const properties = isRecord(values) ? values : {};
  const raw = (name: string): unknown =>
    Object.hasOwn(properties, name) ? (properties[name] ?? undefined) : undefined;
  const read = reader(key, raw);
  return {
    ...read,
    key,
    raw,
    text: (name) => read.optionalText(name) ?? read.refuse(name, 'a string'),
    choice(name, of, otherwise) {
      const value = read.optionalText(name) ?? otherwise;
      return of.find((choice) => choice === value) ?? read.refuse(name, of.join(' or '));
    },
    number: (name, fallback) => read.optionalNumber(name) ?? fallback,
    flag(name, fallback = false) {
      const value = raw(name);
      return value === undefined ? fallback : value === true || value === 'true';
    },
    texts: (name) => read.items(name).map(String),
    textMap(name) {
      const entries = Object.entries(read.map(name));
      return Object.fromEntries(entries.map(([own, item]) => [own, String(item)]));
    },
    nested: (name) => readProperties(`${key}.${name}`, read.map(name)),
    list: (name) =>
      read.items(name).map((item, index) => readProperties(`${key}.${name}[${index}]`, item)),
    has: (name) => raw(name) !== undefined,
    names: () => Object.keys(properties),
  };
}

interface Reader {
  refuse(name: string, expected: string): never;
  optionalText(name: string): string | undefined;
  optionalNumber(name: string): number | undefined;
  items(name: string): readonly unknown[];
  map(name: string): Readonly<Record<string, unknown>>;
}

/** Reads single values, or refuses them with what was expected. */
function reader(key: string, raw: (name: string) => unknown): Reader {
  const refuse = (name: string, expected: string): never => {
    throw new Error(`${key}.${name}: must be ${expected}, not ${JSON.stringify(raw(name))}`);
  };
  return {
    refuse,
    optionalText(name) {
      const value = raw(name);
      if (value === undefined || typeof value === 'string') return value;
      const isPlain = typeof value === 'number' || typeof value === 'boolean';
      return isPlain ? String(value) : refuse(name, 'a string');
    },
    optionalNumber(name) {
      const value = raw(name);
      if (value === undefined) return undefined;
      return value === '' || Number.isNaN(Number(value)) ? refuse(name, 'a number') : Number(value);
    },
    items(name) {
      const value = raw(name) ?? [];
      return Array.isArray(value) ? value : refuse(name, 'a list');
    },
    map(name) {
      const value = raw(name) ?? {};
      return isRecord(value) ? value : refuse(name, 'a map');
    },
  };
}
