import { createHash, randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { readPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { isRecord } from '#local/wire/shape.ts';

/** An intrinsic function with its arguments, read but not carried out. */
export type Intrinsic =
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Intrinsic[] }
  | { readonly type: 'path'; readonly path: string }
  | { readonly type: 'value'; readonly value: unknown };

/** Reads `States.Format('{}', $.name)`. Throws an error that says what is wrong. */
export function parseIntrinsic(text: string): Intrinsic {
  const { node, rest } = parseNode(text.trim());
  if (rest.trim() !== '') throw new Error(`${text} has something after its end: ${rest}`);
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
    // Braces stay escaped: only States.Format knows what they mean.
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
  if (!functions.has(name)) throw new Error(`there is no intrinsic function ${name}`);
  const args: Intrinsic[] = [];
  let rest = text.trimStart();
  while (!rest.startsWith(')')) {
    const parsed = parseNode(rest);
    args.push(parsed.node);
    rest = parsed.rest.trimStart();
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart();
    else if (!rest.startsWith(')')) throw new Error(`${name} lacks a closing parenthesis`);
  }
  return { node: { type: 'call', name, args }, rest: rest.slice(1) };
}

/** Carries out an intrinsic function. Arguments are data: nothing in them is read as a function. */
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

type Carry = (args: readonly unknown[]) => unknown;

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${JSON.stringify(value)} is not an array`);
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} is not a string`);
}

function integer(value: unknown): number {
  if (typeof value === 'number') return Math.round(value);
  throw new Error(`${JSON.stringify(value)} is not a number`);
}

/** `{}` takes the next argument; a brace or backslash after a backslash is itself. */
function format([template, ...values]: readonly unknown[]): string {
  let index = 0;
  const filled = string(template).replaceAll(/\\([{}\\])|\{\}/gu, (_, escaped?: string) => {
    if (escaped !== undefined) return escaped;
    if (index >= values.length) throw new Error('there are more {} than values');
    const value = values[index];
    index += 1;
    return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  });
  if (index < values.length) throw new Error('there are more values than {}');
  return filled;
}

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

function range([first, last, by]: readonly unknown[]): readonly number[] {
  const [start, end, each] = [integer(first), integer(last), integer(by)];
  const length = each === 0 ? 0 : Math.floor((end - start) / each) + 1;
  if (each === 0 || length > 1000) throw new Error('must have a step, and at most 1000 items');
  return Array.from({ length: Math.max(0, length) }, (_, index) => start + index * each);
}

function partition([items, size]: readonly unknown[]): readonly (readonly unknown[])[] {
  const most = integer(size);
  if (most < 1) throw new Error('the size must be at least 1');
  const all = list(items);
  const count = Math.ceil(all.length / most);
  return Array.from({ length: count }, (_, index) => all.slice(index * most, (index + 1) * most));
}

function merge([left, right, deep]: readonly unknown[]): unknown {
  if (!isRecord(left) || !isRecord(right)) throw new Error('needs two objects');
  if (deep !== false) throw new Error('only shallow merging is supported: the third must be false');
  return { ...left, ...right };
}

function split([value, separators]: readonly unknown[]): readonly string[] {
  const any = string(separators).replaceAll(/[\\\]^-]/gu, String.raw`\$&`);
  return string(value)
    .split(new RegExp(`[${any}]`, 'u'))
    .filter((part) => part !== '');
}

/** By name (Step Functions developer guide, "Intrinsic functions"). */
const functions: ReadonlyMap<string, Carry> = new Map<string, Carry>([
  ['States.Array', (args) => args],
  [
    'States.ArrayContains',
    ([items, value]) => list(items).some((item) => isDeepStrictEqual(item, value)),
  ],
  ['States.ArrayGetItem', ([items, index]) => list(items)[integer(index)] ?? null],
  ['States.ArrayLength', ([items]) => list(items).length],
  ['States.ArrayPartition', partition],
  ['States.ArrayRange', range],
  [
    'States.ArrayUnique',
    ([items]) =>
      list(items).filter(
        (item, index, all) => all.findIndex((other) => isDeepStrictEqual(other, item)) === index,
      ),
  ],
  ['States.Base64Decode', ([value]) => Buffer.from(string(value), 'base64').toString('utf8')],
  ['States.Base64Encode', ([value]) => Buffer.from(string(value)).toString('base64')],
  ['States.Format', format],
  [
    'States.Hash',
    ([value, algorithm]) => {
      const bytes = typeof value === 'string' ? value : JSON.stringify(value);
      return createHash(algorithms[string(algorithm)] ?? string(algorithm))
        .update(bytes)
        .digest('hex');
    },
  ],
  ['States.JsonMerge', merge],
  ['States.JsonToString', ([value]) => JSON.stringify(value)],
  ['States.MathAdd', ([left, right]) => integer(left) + integer(right)],
  ['States.MathRandom', ([least, most]) => randomInt(integer(least), integer(most))],
  ['States.StringSplit', split],
  ['States.StringToJson', ([value]) => JSON.parse(string(value)) as unknown],
  ['States.UUID', () => randomUUID()],
]);
