import { isRecord } from '#local/wire/shape.ts';

/** A method of a Java object that templates call. */
type Method<Target> = (target: Target, ...values: readonly unknown[]) => unknown;
type Methods<Target> = Readonly<Record<string, Method<Target>>>;

const text = (value: unknown): string => String(value);

/** Without the flag `u`, JavaScript takes the escapes that Java takes, such as `\"`. */
function pattern(source: unknown, flags = ''): RegExp {
  return new RegExp(text(source), flags);
}

/** Returns a replacement of Java's in JavaScript's form: `\x` stands for `x`, and `$0` for the match. */
function replacement(source: unknown): string {
  return text(source).replaceAll(/\\(.)|\$0/gsu, (_, escaped?: string) => {
    if (escaped === undefined) return '$&';
    return escaped === '$' ? '$$' : escaped;
  });
}

/** Splits as Java does: without empty texts at the end, unless there is a limit. */
function split(target: string, separator: unknown, limit: unknown = 0): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (const match of target.matchAll(pattern(separator, 'g'))) {
    const end = match.index + match[0].length;
    if (parts.length + 1 === limit || end === 0 || match.index >= target.length) continue;
    parts.push(target.slice(start, match.index));
    start = end;
  }
  parts.push(target.slice(start));
  const last = limit === 0 ? parts.findLastIndex((part) => part !== '') : parts.length;
  return parts.slice(0, Math.max(1, last + 1));
}

const textMethods: Methods<string> = {
  charAt: (target, at) => target.charAt(Number(at)),
  compareTo: (target, other) => (target === other ? 0 : target < text(other) ? -1 : 1),
  concat: (target, other) => target + text(other),
  contains: (target, part) => target.includes(text(part)),
  endsWith: (target, part) => target.endsWith(text(part)),
  equals: (target, other) => target === other,
  equalsIgnoreCase: (target, other) => target.toLowerCase() === text(other).toLowerCase(),
  indexOf: (target, part, from) => target.indexOf(text(part), Number(from ?? 0)),
  isBlank: (target) => target.trim() === '',
  isEmpty: (target) => target === '',
  lastIndexOf: (target, part) => target.lastIndexOf(text(part)),
  length: (target) => target.length,
  matches: (target, source) => pattern(`^(?:${text(source)})$`, 's').test(target),
  replace: (target, part, by) => target.replaceAll(text(part), () => text(by)),
  replaceAll: (target, source, by) => target.replace(pattern(source, 'g'), replacement(by)),
  replaceFirst: (target, source, by) => target.replace(pattern(source), replacement(by)),
  split,
  startsWith: (target, part, from) => target.startsWith(text(part), Number(from ?? 0)),
  substring: (target, start, end) => target.slice(Number(start), Number(end ?? target.length)),
  toLowerCase: (target) => target.toLowerCase(),
  toString: (target: string) => target,
  toUpperCase: (target) => target.toUpperCase(),
  trim: (target) => target.trim(),
};

const listMethods: Methods<unknown[]> = {
  add(target, ...values) {
    const [item] = values.slice(-1);
    target.splice(values.length > 1 ? Number(values[0]) : target.length, 0, item);
    return true;
  },
  addAll: (target, items) => Array.isArray(items) && target.push(...(items as unknown[])) > 0,
  clear: (target) => void target.splice(0),
  contains: (target, item) => target.includes(item),
  get: (target, at) => target[Number(at)],
  indexOf: (target, item) => target.indexOf(item),
  isEmpty: (target) => target.length === 0,
  remove(target, item) {
    if (typeof item === 'number') return target.splice(item, 1)[0];
    const at = target.indexOf(item);
    if (at !== -1) target.splice(at, 1);
    return at !== -1;
  },
  set: (target, at, item) => target.splice(Number(at), 1, item)[0],
  size: (target) => target.length,
  subList: (target, start, end) => target.slice(Number(start), Number(end)),
};

type Fields = Record<string, unknown>;

const valueOf = (target: Fields, key: unknown): unknown =>
  Object.hasOwn(target, text(key)) ? target[text(key)] : undefined;

function put(target: Fields, key: unknown, value: unknown): unknown {
  const previous = valueOf(target, key);
  Object.defineProperty(target, text(key), {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return previous;
}

const mapMethods: Methods<Fields> = {
  containsKey: (target, key) => Object.hasOwn(target, text(key)),
  containsValue: (target, value) => Object.values(target).includes(value),
  entrySet: (target) => Object.entries(target).map(([key, value]) => ({ key, value })),
  get: valueOf,
  getOrDefault: (target, key, other) =>
    Object.hasOwn(target, text(key)) ? target[text(key)] : other,
  isEmpty: (target) => Object.keys(target).length === 0,
  keySet: (target) => Object.keys(target),
  put,
  putAll: (target, others) => {
    for (const [key, value] of isRecord(others) ? Object.entries(others) : [])
      put(target, key, value);
  },
  remove(target, key) {
    const previous = valueOf(target, key);
    Reflect.deleteProperty(target, text(key));
    return previous;
  },
  size: (target) => Object.keys(target).length,
  values: (target) => Object.values(target),
};

/** Methods of numbers and booleans. */
const scalarMethods: Methods<number | boolean> = {
  equals: (target, other) => target === other,
  intValue: (target) => Math.trunc(Number(target)),
  longValue: (target) => Math.trunc(Number(target)),
  doubleValue: (target) => Number(target),
  toString: (target: number | boolean) => text(target),
};

interface Call {
  readonly property: string;
  readonly context: unknown;
  readonly params: readonly unknown[];
}

/** Returns what a method call computes, or `undefined` if the object has no such method. */
function bind({ context, property, params }: Call): (() => unknown) | undefined {
  const bound = <Target>(methods: Methods<Target>, target: Target) => {
    const method = Object.hasOwn(methods, property) ? methods[property] : undefined;
    return method === undefined ? undefined : () => method(target, ...params);
  };
  if (typeof context === 'string') return bound(textMethods, context);
  if (typeof context === 'number' || typeof context === 'boolean') {
    return bound(scalarMethods, context);
  }
  if (Array.isArray(context)) return bound(listMethods, context as unknown[]);
  return isRecord(context) ? bound(mapMethods, context as Fields) : undefined;
}

/**
 * Gives texts, lists and maps the methods of Java's, before velocityjs looks for JavaScript's. A text
 * or a number has no others.
 */
export const javaMethods = {
  uid: 'java',
  match: (call: Call): boolean => typeof call.context !== 'object' || bind(call) !== undefined,
  resolve: (call: Call): unknown => bind(call)?.(),
};
