/** Where a value is, from the root of its document. */
export type Path = readonly (string | number)[];

/** What a value had to be and was not. */
export type Rule =
  | { readonly type: 'present' }
  | { readonly type: 'kind'; readonly kind: string }
  | { readonly type: 'at-least'; readonly limit: number }
  | { readonly type: 'at-most'; readonly limit: number }
  | { readonly type: 'min-length'; readonly limit: number }
  | { readonly type: 'max-length'; readonly limit: number }
  | { readonly type: 'pattern'; readonly pattern: string }
  | { readonly type: 'one-of'; readonly values: readonly string[] }
  | { readonly type: 'one-member' }
  | { readonly type: 'known-member' };

export interface Problem {
  readonly path: Path;
  readonly value: unknown;
  readonly rule: Rule;
}

/**
 * Reads an unknown value as a T. What is wrong with it is added to the problems, and then the
 * value that is given is not to be used.
 */
export type Shape<T> = (value: unknown, path: Path, problems: Problem[]) => T;

export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;

/** Reads a value of a shape, or throws what `refuse` makes of the problems with it. */
export function readShape<T>(
  shape: Shape<T>,
  value: unknown,
  refuse: (problems: readonly Problem[]) => Error,
): T {
  const problems: Problem[] = [];
  const read = shape(value, [], problems);
  if (problems.length > 0) throw refuse(problems);
  return read;
}

type RequiredOf<M extends Members> = { readonly [K in keyof M]: Shaped<M[K]> };
type OptionalOf<M extends Members> = { readonly [K in keyof M]?: Shaped<M[K]> | undefined };

/** An object with members that must be there and others that may; null counts as absent. */
export function structure<R extends Members>(required: R): Shape<RequiredOf<R>>;
export function structure<R extends Members, O extends Members>(
  required: R,
  optional: O,
): Shape<RequiredOf<R> & OptionalOf<O>>;
export function structure(required: Members, optional: Members = {}): Shape<unknown> {
  return members(required, optional, () => undefined);
}

/** A structure that refuses members it does not know. */
export function closedStructure<R extends Members>(required: R): Shape<RequiredOf<R>>;
export function closedStructure<R extends Members, O extends Members>(
  required: R,
  optional: O,
): Shape<RequiredOf<R> & OptionalOf<O>>;
export function closedStructure(required: Members, optional: Members = {}): Shape<unknown> {
  return members(required, optional, (key, path, problems) => {
    if (Object.hasOwn(required, key) || Object.hasOwn(optional, key)) return;
    problems.push({ path: [...path, key], value: undefined, rule: { type: 'known-member' } });
  });
}

function members(
  required: Members,
  optional: Members,
  meet: (key: string, path: Path, problems: Problem[]) => void,
): Shape<unknown> {
  return (value, path, problems) => {
    const read: Record<string, unknown> = {};
    if (isRecord(value)) {
      for (const key of Object.keys(value)) meet(key, path, problems);
      for (const [key, shape] of Object.entries({ ...required, ...optional })) {
        const member = value[key] ?? undefined;
        if (member !== undefined) read[key] = shape(member, [...path, key], problems);
        else if (Object.hasOwn(required, key)) missing([...path, key], problems);
      }
    } else problems.push({ path, value, rule: { type: 'kind', kind: 'object' } });
    return read;
  };
}

function missing(path: Path, problems: Problem[]): void {
  problems.push({ path, value: undefined, rule: { type: 'present' } });
}

type Union<M extends Members> = {
  readonly [K in keyof M & string]: { readonly type: K; readonly value: Shaped<M[K]> };
}[keyof M & string];

/** An object with exactly one of the members, read as its name and its value. */
export function union<M extends Members>(choices: M): Shape<Union<M>>;
export function union(choices: Members): Shape<unknown> {
  return (value, path, problems) => {
    const present = isRecord(value)
      ? Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
      : [];
    const [[type, member] = ['', undefined]] = present;
    const shape = Object.hasOwn(choices, type) ? choices[type] : undefined;
    let read: unknown;
    if (!isRecord(value)) problems.push({ path, value, rule: { type: 'kind', kind: 'object' } });
    else if (present.length !== 1) problems.push({ path, value, rule: { type: 'one-member' } });
    else if (shape === undefined) {
      problems.push({ path: [...path, type], value: member, rule: { type: 'known-member' } });
    } else read = shape(member, [...path, type], problems);
    return { type, value: read };
  };
}

/** An object whose member `tag` says which of the structures it is. */
export function tagged<M extends Members>(tag: string, choices: M): Shape<Union<M>>;
export function tagged(tag: string, choices: Members): Shape<unknown> {
  return (value, path, problems) => {
    const name = isRecord(value) ? value[tag] : undefined;
    const type = typeof name === 'string' ? name : '';
    const shape = Object.hasOwn(choices, type) ? choices[type] : undefined;
    let read: unknown;
    if (!isRecord(value)) problems.push({ path, value, rule: { type: 'kind', kind: 'object' } });
    else if (name === undefined) missing([...path, tag], problems);
    else if (shape === undefined) {
      const rule = { type: 'one-of', values: Object.keys(choices) } as const;
      problems.push({ path: [...path, tag], value: name, rule });
    } else read = shape(value, path, problems);
    return { type, value: read };
  };
}

export interface Size {
  readonly min?: number;
  readonly max?: number;
}

export function list<T>(item: Shape<T>, size: Size = {}): Shape<readonly T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value)) return wrong({ value, path, problems }, 'array', []);
    checkLength(value, value.length, { path, problems, size });
    return value.map((element: unknown, index) => item(element, [...path, index], problems));
  };
}

export function map<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path, problems) => {
    if (!isRecord(value)) return wrong({ value, path, problems }, 'object', {});
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, element]) => [key, item(element, [...path, key], problems)]),
    );
  };
}

export function string(rules: Size & { readonly pattern?: string } = {}): Shape<string> {
  const form = rules.pattern === undefined ? undefined : new RegExp(`^(?:${rules.pattern})$`, 'u');
  return (value, path, problems) => {
    if (typeof value !== 'string') return wrong({ value, path, problems }, 'string', '');
    checkLength(value, value.length, { path, problems, size: rules });
    if (form !== undefined && !form.test(value)) {
      problems.push({ path, value, rule: { type: 'pattern', pattern: rules.pattern ?? '' } });
    }
    return value;
  };
}

export function oneOf<T extends string>(...values: readonly [T, ...T[]]): Shape<T> {
  return (value, path, problems) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    problems.push({ path, value, rule: { type: 'one-of', values } });
    return values[0];
  };
}

export function number(range: Size = {}): Shape<number> {
  return numeric(range, 'number', Number.isFinite);
}

export function integer(range: Size = {}): Shape<number> {
  return numeric(range, 'integer', Number.isSafeInteger);
}

function numeric(
  { min, max }: Size,
  kind: string,
  isKind: (value: unknown) => boolean,
): Shape<number> {
  return (value, path, problems) => {
    if (typeof value !== 'number' || !isKind(value))
      return wrong({ value, path, problems }, kind, 0);
    if (min !== undefined && value < min) {
      problems.push({ path, value, rule: { type: 'at-least', limit: min } });
    }
    if (max !== undefined && value > max) {
      problems.push({ path, value, rule: { type: 'at-most', limit: max } });
    }
    return value;
  };
}

export const boolean: Shape<boolean> = (value, path, problems) =>
  typeof value === 'boolean' ? value : wrong({ value, path, problems }, 'boolean', false);

/** Bytes, as JSON has them: in Base64. */
export const blob: Shape<Buffer> = (value, path, problems) => {
  const isBase64 = typeof value === 'string' && /^[\w+/=-]*$/u.test(value);
  return isBase64
    ? Buffer.from(value, 'base64')
    : wrong({ value, path, problems }, 'blob', emptyBytes);
};

const emptyBytes = Buffer.alloc(0);

/** Any JSON value. */
export const anything: Shape<unknown> = (value) => value;

/** Any JSON object. */
export const object: Shape<Readonly<Record<string, unknown>>> = (value, path, problems) =>
  isRecord(value) ? value : wrong({ value, path, problems }, 'object', {});

/** A value of one of several shapes: the first that takes it. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, path, problems) => {
    const found: Problem[] = [];
    const read = first(value, path, found);
    return found.length === 0 ? read : second(value, path, problems);
  };
}

/** Whether a text is a regular expression of JavaScript's. */
export function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

/** A text, number or truth value as text; nothing for everything else. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Checked {
  readonly path: Path;
  readonly problems: Problem[];
  readonly size: Size;
}

function checkLength(value: unknown, length: number, { path, problems, size }: Checked): void {
  const { min, max } = size;
  if (min !== undefined && length < min) {
    problems.push({ path, value, rule: { type: 'min-length', limit: min } });
  }
  if (max !== undefined && length > max) {
    problems.push({ path, value, rule: { type: 'max-length', limit: max } });
  }
}

function wrong<T>({ value, path, problems }: Met, kind: string, instead: T): T {
  problems.push({ path, value, rule: { type: 'kind', kind } });
  return instead;
}

interface Met {
  readonly value: unknown;
  readonly path: Path;
  readonly problems: Problem[];
}
