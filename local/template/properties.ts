import { isRecord } from '#local/wire/shape.ts';

/** Reads the resolved properties of one resource. Errors name the resource and the property. */
export interface Properties {
  /** The resource, and the path below it, such as `Api.Auth`. */
  readonly key: string;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  /** Returns one of a few strings. */
  choice<Choice extends string>(name: string, of: readonly Choice[], otherwise?: Choice): Choice;
  number(name: string, fallback: number): number;
  optionalNumber(name: string): number | undefined;
  /** Returns the status of an HTTP response, from 200 to 599. */
  optionalStatus(name: string): number | undefined;
  flag(name: string, fallback?: boolean): boolean;
  texts(name: string): readonly string[];
  /** Returns a map of strings, such as environment variables. */
  textMap(name: string): Readonly<Record<string, string>>;
  /** Returns a nested object, which is empty if it is absent. */
  nested(name: string): Properties;
  /** Returns a list of objects, which is empty if it is absent. */
  list(name: string): readonly Properties[];
  has(name: string): boolean;
  raw(name: string): unknown;
  /** Returns the names of all properties. */
  names(): readonly string[];
}

/** Returns a reader of the properties in `values`; `key` is their place in error messages. */
export function readProperties(key: string, values: unknown): Properties {
  const properties = isRecord(values) ? values : {};
  const raw = (name: string): unknown =>
    Object.hasOwn(properties, name) ? (properties[name] ?? undefined) : undefined;
  const read = createReader(key, raw);
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
    optionalStatus(name) {
      const status = read.optionalNumber(name);
      const isStatus = status === undefined || /^[2-5]\d\d$/u.test(String(status));
      return isStatus ? status : read.refuse(name, 'an HTTP status from 200 to 599');
    },
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

/** Returns functions that read single values, or throw an error with what was expected. */
function createReader(key: string, raw: (name: string) => unknown): Reader {
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

/** Reads a resource's list of tags. */
export function readTags(properties: Properties): Readonly<Record<string, string>> {
  const tags = properties.list('Tags').map((tag) => [tag.text('Key'), tag.text('Value')] as const);
  return Object.fromEntries(tags);
}

/** Runs a check of a service, whose error then names the resource or the property that is wrong. */
export function inResource(key: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${key}: ${reason}`, { cause: error });
  }
}
