import { randomInt, randomUUID } from 'node:crypto';
import { hash } from '#local/step-functions/expressions/hash.ts';
import { isDeepStrictEqual } from 'node:util';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { readPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { isRecord } from '#local/wire/shape.ts';

/** A parsed intrinsic function with its arguments. */
export type Intrinsic =
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Intrinsic[] }
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'value'; readonly value: unknown };

/** Parses a text such as `States.Format('{}', $.name)`. Throws if it is malformed. */
export function parseIntrinsic(text: string): Intrinsic {
  const { node, rest } = parseNode(text.trim());
  if (rest.trim() !== '') throw new Error(`${text} has extra text after its end: ${rest}`);
  if (node.type !== 'call') throw new Error(`${text} is neither a path nor an intrinsic function`);
  return node;
}

interface Parsed {
  readonly node: Intrinsic;
  readonly rest: string;
}

function parseNode(text: string): Parsed {
  const [matched, name] = /^(States\.\w+)\(/u.exec(text) ?? [];
  if (matched !== undefined && name !== undefined)
    return parseCall(name, text.slice(matched.length));
  const [quoted, inner] = /^'((?:[^'\\]|\\.)*)'/su.exec(text) ?? [];
  if (quoted !== undefined && inner !== undefined) {
    // Braces stay escaped, as only States.Format gives them a meaning.
    const value = inner.replaceAll(/\\(['\\])/gu, '$1');
    return { node: { type: 'value', value }, rest: text.slice(quoted.length) };
  }
  const [path] = /^\$(?:[^,()'"\s[]|\[[^\]]*\])*/u.exec(text) ?? [];
  if (path !== undefined) return { node: { type: 'path', path }, rest: text.slice(path.length) };
  const [word] = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/u.exec(text) ?? [];
  if (word === undefined) throw new Error(`${text} cannot be read as an argument`);
  return { node: { type: 'value', value: JSON.parse(word) }, rest: text.slice(word.length) };
}

function parseCall(name: string, text: string): Parsed {
  if (!functions.has(name)) throw new Error(`unknown intrinsic function ${name}`);
  const args: Intrinsic[] = [];
  let rest = text.trimStart();
  while (!rest.startsWith(')')) {
    const parsed = parseNode(rest);
    args.push(parsed.node);
    rest = parsed.rest.trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith(')')) throw new Error(`${name} has no closing parenthesis`);
  }
  return { node: { type: 'call', name, args }, rest: rest.slice(1) };
}

/**
 * Returns the value of an intrinsic function. The values of arguments are data, and never parsed as
 * functions. Throws a `StatesError` if a function fails.
 */
export function evaluateIntrinsic(node: Intrinsic, scope: PathScope): unknown {
  switch (node.type) {
    case 'value':
      return node.value;
    case 'path':
      return readPath(node.path, scope);
    case 'call': {
      const args = node.args.map((arg) => evaluateIntrinsic(arg, scope));
      try {
        return functions.get(node.name)?.(args);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new StatesError('States.IntrinsicFailure', `${node.name}: ${reason}`);
      }
    }
  }
}

type IntrinsicFunction = (args: readonly unknown[]) => unknown;

function toArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${JSON.stringify(value)} is not an array`);
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} is not a string`);
}

function toInteger(value: unknown): number {
  if (typeof value === 'number') return Math.round(value);
  throw new Error(`${JSON.stringify(value)} is not a number`);
}

/** Replaces each `{}` with the next argument. A backslash escapes a brace or a backslash. */
function format([template, ...values]: readonly unknown[]): string {
  let index = 0;
  const filled = toText(template).replaceAll(/\\([{}\\])|\{\}/gu, (_, escaped?: string) => {
    if (escaped !== undefined) return escaped;
    if (index >= values.length) throw new Error('there are more {} than values');
    const value = values[index];
    index += 1;
    return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  });
  if (index < values.length) throw new Error('there are more values than {}');
  return filled;
}

function range([first, last, by]: readonly unknown[]): readonly number[] {
  const [start, end, step] = [toInteger(first), toInteger(last), toInteger(by)];
  const length = step === 0 ? 0 : Math.floor((end - start) / step) + 1;
  if (step === 0 || length > 1000)
    throw new Error('the step must not be 0, and the range has at most 1000 items');
  return Array.from({ length: Math.max(0, length) }, (_, index) => start + index * step);
}

function partition([items, size]: readonly unknown[]): readonly (readonly unknown[])[] {
  const chunkSize = toInteger(size);
  if (chunkSize < 1) throw new Error('the size must be at least 1');
  const all = toArray(items);
  const count = Math.ceil(all.length / chunkSize);
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * chunkSize, (index + 1) * chunkSize),
  );
}

function merge([left, right, deep]: readonly unknown[]): unknown {
  if (!isRecord(left) || !isRecord(right)) throw new Error('needs two objects');
  if (deep !== false)
    throw new Error('only shallow merging is supported: the third argument must be false');
  return { ...left, ...right };
}

function split([value, separators]: readonly unknown[]): readonly string[] {
  const characters = toText(separators).replaceAll(/[\\\]^-]/gu, String.raw`\$&`);
  return toText(value)
    .split(new RegExp(`[${characters}]`, 'u'))
    .filter((part) => part !== '');
}

/** All intrinsic functions (Step Functions developer guide, "Intrinsic functions"). */
const functions: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>([
  ['States.Array', (args) => args],
  [
    'States.ArrayContains',
    ([items, value]) => toArray(items).some((item) => isDeepStrictEqual(item, value)),
  ],
  ['States.ArrayGetItem', ([items, index]) => toArray(items)[toInteger(index)] ?? null],
  ['States.ArrayLength', ([items]) => toArray(items).length],
  ['States.ArrayPartition', partition],
  ['States.ArrayRange', range],
  [
    'States.ArrayUnique',
    ([items]) =>
      toArray(items).filter(
        (item, index, all) => all.findIndex((other) => isDeepStrictEqual(other, item)) === index,
      ),
  ],
  ['States.Base64Decode', ([value]) => Buffer.from(toText(value), 'base64').toString('utf8')],
  ['States.Base64Encode', ([value]) => Buffer.from(toText(value)).toString('base64')],
  ['States.Format', format],
  ['States.Hash', ([value, algorithm]) => hash(value, toText(algorithm))],
  ['States.JsonMerge', merge],
  ['States.JsonToString', ([value]) => JSON.stringify(value)],
  ['States.MathAdd', ([left, right]) => toInteger(left) + toInteger(right)],
  ['States.MathRandom', ([min, max]) => randomInt(toInteger(min), toInteger(max))],
  ['States.StringSplit', split],
  ['States.StringToJson', ([value]) => JSON.parse(toText(value)) as unknown],
  ['States.UUID', () => randomUUID()],
]);
