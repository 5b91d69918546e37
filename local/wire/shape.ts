import { toNumber } from '#local/wire/json/exact-json.ts';

/** The path to a value from the root of its document. */
export type Path = readonly (string | number)[];

/** A rule that a value violates. */
export type Rule =
  | { readonly type: 'present' }
  | { readonly type: 'kind'; readonly kind: string }
  | { readonly type: 'at-least'; readonly limit: number }
  | { readonly type: 'at-most'; readonly limit: number }
  | { readonly type: 'min-length'; readonly limit: number }
  | { readonly type: 'max-length'; readonly limit: number }
  | { readonly type: 'pattern'; readonly pattern: string }
  | { readonly type: 'one-of'; readonly values: readonly string[] }
  | { readonly type: 'each'; readonly rules: readonly Rule[] }
  | { readonly type: 'one-member' }
  | { readonly type: 'known-member' };

/** A value that violates a rule. */
export interface Problem {
  readonly path: Path;
  readonly value: unknown;
  readonly rule: Rule;
}

/**
 * Returns an unknown value as a T. Adds what is wrong with it to `problems`; the returned value must
 * not be used then.
 */
export type Shape<T> = (value: unknown, path: Path, problems: Problem[]) => T;

/** The type of the values of a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;

/** Returns a value of a shape. Throws the error that `toError` makes of its problems. */
export function readShape<T>(
  shape: Shape<T>,
  value: unknown,
  toError: (problems: readonly Problem[]) => Error,
): T {
  const problems: Problem[] = [];
  const read = shape(value, [], problems);
  if (problems.length > 0) throw toError(problems.map(toReadable));
  return read;
}

/** Errors put values into text, which a `RawNumber` cannot become. */
function toReadable(problem: Problem): Problem {
  return { ...problem, value: toNumber(problem.value) ?? problem.value };
}

type RequiredOf<M extends Members> = { readonly [K in keyof M]: Shaped<M[K]> };
type OptionalOf<M extends Members> = { readonly [K in keyof M]?: Shaped<M[K]> | undefined };

/** An object with required and optional members. A member that is null counts as absent. */
export function structure<R extends Members>(required: R): Shape<RequiredOf<R>>;
export function structure<R extends Members, O extends Members>(
  required: R,
  optional: O,
): Shape<RequiredOf<R> & OptionalOf<O>>;
export function structure(required: Members, optional: Members = {}): Shape<unknown> {
  return members(required, optional, () => undefined);
}

/** A structure that allows no other members. */
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
  checkKey: (key: string, path: Path, problems: Problem[]) => void,
): Shape<unknown> {
  return (value, path, problems) => {
    const read: Record<string, unknown> = {};
    if (isRecord(value)) {
      for (const key of Object.keys(required)) {
        if ((value[key] ?? undefined) === undefined) addMissing([...path, key], problems);
      }
      for (const key of Object.keys(value)) checkKey(key, path, problems);
      for (const [key, shape] of Object.entries({ ...required, ...optional })) {
        const member = value[key] ?? undefined;
        if (member !== undefined) read[key] = shape(member, [...path, key], problems);
      }
    } else problems.push({ path, value, rule: { type: 'kind', kind: 'object' } });
    return read;
  };
}

function addMissing(path: Path, problems: Problem[]): void {
  problems.push({ path, value: undefined, rule: { type: 'present' } });
}

type Union<M extends Members> = {
  readonly [K in keyof M & string]: { readonly type: K; readonly value: Shaped<M[K]> };
}[keyof M & string];

/** An object with exactly one of the members. It is returned as a name and a value. */
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

/**
 * An object whose member `tag` names which of the structures it has. With `isInPath`, that name is
 * part of the paths of problems in it, and the structures do not see the tag.
 */
export function tagged<M extends Members>(
  tag: string,
  choices: M,
  options?: TagOptions,
): Shape<Union<M>>;
export function tagged(
  tag: string,
  choices: Members,
  { isInPath = false }: TagOptions = {},
): Shape<unknown> {
  return (value, path, problems) => {
    const name = isRecord(value) ? value[tag] : undefined;
    const type = typeof name === 'string' ? name : '';
    const shape = Object.hasOwn(choices, type) ? choices[type] : undefined;
    let read: unknown;
    if (!isRecord(value)) problems.push({ path, value, rule: { type: 'kind', kind: 'object' } });
    else if (name === undefined) addMissing([...path, tag], problems);
    else if (shape === undefined) {
      const rule = { type: 'one-of', values: Object.keys(choices) } as const;
      problems.push({ path: [...path, tag], value: name, rule });
    } else {
      const { [tag]: _, ...rest } = value;
      read = isInPath ? shape(rest, [...path, type], problems) : shape(value, path, problems);
    }
    return { type, value: read };
  };
}

export interface TagOptions {
  readonly isInPath?: boolean;
}

/** The inclusive limits of a length or a number. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** An array of items of a shape. */
export function list<T>(item: Shape<T>, range: Range = {}): Shape<readonly T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value)) return rejectKind({ value, path, problems }, 'array', []);
    checkLength(value, range, path, problems);
    return value.map((element: unknown, index) => item(element, [...path, index], problems));
  };
}

/** An object with any keys, whose values have a shape. */
export function map<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path, problems) => {
    if (!isRecord(value)) return rejectKind({ value, path, problems }, 'object', {});
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, element]) => [key, item(element, [...path, key], problems)]),
    );
  };
}

/** A string, with a pattern that must match all of it. */
export function string(rules: Range & { readonly pattern?: string } = {}): Shape<string> {
  const form = rules.pattern === undefined ? undefined : new RegExp(`^(?:${rules.pattern})$`, 'u');
  return (value, path, problems) => {
    if (typeof value !== 'string') return rejectKind({ value, path, problems }, 'string', '');
    checkLength(value, rules, path, problems);
    if (form !== undefined && !form.test(value)) {
      problems.push({ path, value, rule: { type: 'pattern', pattern: rules.pattern ?? '' } });
    }
    return value;
  };
}

/** One of several strings. */
export function oneOf<T extends string>(...values: readonly [T, ...T[]]): Shape<T> {
  return (value, path, problems) => {
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    problems.push({ path, value, rule: { type: 'one-of', values } });
    return values[0];
  };
}

/** A finite number. */
export function number(range: Range = {}): Shape<number> {
  return numeric(range, 'number', Number.isFinite);
}

/** A safe integer. */
export function integer(range: Range = {}): Shape<number> {
  return numeric(range, 'integer', Number.isSafeInteger);
}

function numeric(
  { min, max }: Range,
  kind: string,
  isKind: (value: unknown) => boolean,
): Shape<number> {
  return (value, path, problems) => {
    const read = toNumber(value);
    if (read === undefined || !isKind(read)) return rejectKind({ value, path, problems }, kind, 0);
    if (min !== undefined && read < min) {
      problems.push({ path, value, rule: { type: 'at-least', limit: min } });
    }
    if (max !== undefined && read > max) {
      problems.push({ path, value, rule: { type: 'at-most', limit: max } });
    }
    return read;
  };
}

/** A boolean. */
export const boolean: Shape<boolean> = (value, path, problems) =>
  typeof value === 'boolean' ? value : rejectKind({ value, path, problems }, 'boolean', false);

/** Bytes, which JSON carries in Base64. */
export const blob: Shape<Buffer> = (value, path, problems) => {
  const isBase64 = typeof value === 'string' && /^[\w+/=-]*$/u.test(value);
  return isBase64
    ? Buffer.from(value, 'base64')
    : rejectKind({ value, path, problems }, 'blob', emptyBytes);
};

const emptyBytes = Buffer.alloc(0);

/** Any JSON value. */
export const anything: Shape<unknown> = (value) => value;

/** Any JSON object. */
export const object: Shape<Readonly<Record<string, unknown>>> = (value, path, problems) =>
  isRecord(value) ? value : rejectKind({ value, path, problems }, 'object', {});

/** A value of the first shape, or else of the second, whose problems are reported. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, path, problems) => {
    const rejections: Problem[] = [];
    const read = first(value, path, rejections);
    return rejections.length === 0 ? read : second(value, path, problems);
  };
}

/** Returns whether a text is a valid regular expression in JavaScript. */
export function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

/** Returns a string, number or boolean as text, and undefined for any other value. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Returns whether a value is an object, but neither null, an array nor a number with all digits. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
  );
}

function checkLength(
  value: string | readonly unknown[],
  { min, max }: Range,
  path: Path,
  problems: Problem[],
): void {
  const { length } = value;
  if (min !== undefined && length < min) {
    problems.push({ path, value, rule: { type: 'min-length', limit: min } });
  }
  if (max !== undefined && length > max) {
    problems.push({ path, value, rule: { type: 'max-length', limit: max } });
  }
}

/** Adds a problem with the type of a value, and returns the fallback. */
function rejectKind<T>({ value, path, problems }: ShapeInput, kind: string, fallback: T): T {
  problems.push({ path, value, rule: { type: 'kind', kind } });
  return fallback;
}

interface ShapeInput {
  readonly value: unknown;
  readonly path: Path;
  readonly problems: Problem[];
}
