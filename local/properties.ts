import { isRecord } from '#local/shape.ts';

/** The resolved properties of one resource, read with errors that name resource and property. */
export interface Properties {
  readonly logicalId: string;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  number(name: string, fallback: number): number;
  flag(name: string): boolean;
  texts(name: string): readonly string[];
  /** A map of strings, such as environment variables. */
  textMap(name: string): Readonly<Record<string, string>>;
  /** A nested object; empty where it is absent. */
  nested(name: string): Properties;
  /** A list of objects; empty where it is absent. */
  list(name: string): readonly Properties[];
  has(name: string): boolean;
  raw(name: string): unknown;
}

export function readProperties(logicalId: string, values: unknown): Properties {
  const properties = isRecord(values) ? values : {};
  const wrong = (name: string, expected: string): Error =>
    new Error(`${logicalId}.${name}: must be ${expected}, not ${JSON.stringify(properties[name])}`);
  const optionalText = (name: string): string | undefined => {
    const value = properties[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw wrong(name, 'a string');
  };
  const items = (name: string): readonly unknown[] => {
    const value = properties[name] ?? [];
    if (!Array.isArray(value)) throw wrong(name, 'a list');
    return value;
  };
  return {
    logicalId,
    optionalText,
    text(name) {
      const value = optionalText(name);
      if (value === undefined) throw wrong(name, 'a string');
      return value;
    },
    number(name, fallback) {
      const value = Number(properties[name] ?? fallback);
      if (Number.isNaN(value)) throw wrong(name, 'a number');
      return value;
    },
    flag: (name) => properties[name] === true || properties[name] === 'true',
    texts: (name) => items(name).map(String),
    textMap(name) {
      const value = properties[name] ?? {};
      if (!isRecord(value)) throw wrong(name, 'a map');
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
    },
    nested: (name) => readProperties(`${logicalId}.${name}`, properties[name]),
    list: (name) =>
      items(name).map((item, index) => readProperties(`${logicalId}.${name}[${index}]`, item)),
    has: (name) => properties[name] !== undefined,
    raw: (name) => properties[name],
  };
}
