import { randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { hash } from '#local/step-functions/expressions/hash.ts';
import { javaRandom } from '#local/step-functions/expressions/java-random.ts';
import { parseStateJson, toPlainNumbers } from '#local/step-functions/expressions/state-json.ts';
import { isExactNumber, toNumber } from '#local/wire/json/exact-json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Returns a result. Throws an `Error` for arguments that Step Functions does not accept. */
type IntrinsicFunction = (args: readonly unknown[]) => unknown;

function toArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('not an array');
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error('not a string');
}

/** Encoders and hashes accept 10,000 characters (developer guide, "Intrinsic functions"). */
function toShortText(value: unknown): string {
  const text = toText(value);
  if (text.length > 10_000) throw new Error('too long');
  return text;
}

function toFinite(value: unknown): number {
  const number = toNumber(value);
  if (number === undefined || !Number.isFinite(number)) throw new Error('not a number');
  return number;
}

/** Functions of arrays drop the fraction of a number, and functions of numbers round it. */
const toWhole = (value: unknown): number => Math.trunc(toFinite(value));

function toInteger(value: unknown): number {
  const rounded = Math.round(toFinite(value));
  if (rounded < -(2 ** 31) || rounded >= 2 ** 31) throw new Error('not a 32-bit integer');
  return rounded;
}

function isSame(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(toPlainNumbers(left), toPlainNumbers(right));
}

/** Replaces each `{}` with the next argument. A backslash escapes a brace or a backslash. */
function format([template, ...values]: readonly unknown[]): string {
  let index = 0;
  const filled = toText(template).replaceAll(
    /\\([{}\\])|\{\}|[{}]/gu,
    (whole, escaped?: string) => {
      if (escaped !== undefined) return escaped;
      if (whole !== '{}' || index >= values.length) throw new Error('a brace without a value');
      const value = values[index];
      index += 1;
      return toDisplayText(value);
    },
  );
  if (index < values.length) throw new Error('there are more values than {}');
  return filled;
}

/** Returns a value as Java prints its maps and lists: `{a=1, b=[]}`. */
function toDisplayText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(toDisplayText).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).map(([name, item]) => `${name}=${toDisplayText(item)}`);
  return `{${members.join(', ')}}`;
}

function range([first, last, by]: readonly unknown[]): readonly number[] {
  const [start, end, step] = [toWhole(first), toWhole(last), toWhole(by)];
  const length = step === 0 ? 0 : Math.floor((end - start) / step) + 1;
  if (step === 0 || length > 1000) throw new Error('no step, or more than 1000 items');
  return Array.from({ length: Math.max(0, length) }, (_, index) => start + index * step);
}

function partition([items, size]: readonly unknown[]): readonly (readonly unknown[])[] {
  const chunkSize = toWhole(size);
  if (chunkSize < 1) throw new Error('the size must be at least 1');
  const all = toArray(items);
  const count = Math.ceil(all.length / chunkSize);
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * chunkSize, (index + 1) * chunkSize),
  );
}

/** Deep merging is not supported, so the third argument must be false. */
function merge([left, right, deep]: readonly unknown[]): unknown {
  if (!isRecord(left) || !isRecord(right) || deep !== false) throw new Error('not two objects');
  return { ...left, ...right };
}

function split([value, separators]: readonly unknown[]): readonly string[] {
  const characters = toText(separators).replaceAll(/[\\\]^-]/gu, String.raw`\$&`);
  return toText(value)
    .split(new RegExp(`[${characters}]`, 'u'))
    .filter((part) => part !== '');
}

function mathRandom([min, max, seed]: readonly unknown[]): number {
  const [first, end] = [toInteger(min), toInteger(max)];
  if (first >= end) throw new Error('an empty interval');
  if (!isExactNumber(seed)) return randomInt(first, end);
  return first + Math.floor(javaRandom(toInteger(seed)) * (end - first));
}

function parseText([value]: readonly unknown[]): unknown {
  const text = toText(value);
  return text.trim() === '' ? null : parseStateJson(text);
}

function mathAdd([left, right]: readonly unknown[]): number {
  return toInteger(toInteger(left) + toInteger(right));
}

/** Checks the number of arguments before a function is called. */
function withArity(min: number, max: number, run: IntrinsicFunction): IntrinsicFunction {
  return (args) => {
    if (args.length < min || args.length > max) throw new Error('a wrong number of arguments');
    return run(args);
  };
}

const one = (run: IntrinsicFunction): IntrinsicFunction => withArity(1, 1, run);
const two = (run: IntrinsicFunction): IntrinsicFunction => withArity(2, 2, run);
const three = (run: IntrinsicFunction): IntrinsicFunction => withArity(3, 3, run);

/** All intrinsic functions (Step Functions developer guide, "Intrinsic functions"). */
export const intrinsicFunctions: ReadonlyMap<string, IntrinsicFunction> = new Map([
  ['States.Array', (args: readonly unknown[]) => args],
  [
    'States.ArrayContains',
    two(([items, value]) => toArray(items).some((item) => isSame(item, value))),
  ],
  ['States.ArrayGetItem', two(([items, index]) => toArray(items)[toWhole(index)] ?? null)],
  ['States.ArrayLength', one(([items]) => toArray(items).length)],
  ['States.ArrayPartition', two(partition)],
  ['States.ArrayRange', three(range)],
  [
    'States.ArrayUnique',
    one(([items]) =>
      toArray(items).filter(
        (item, index, all) => all.findIndex((other) => isSame(other, item)) === index,
      ),
    ),
  ],
  [
    'States.Base64Decode',
    one(([value]) => Buffer.from(toShortText(value), 'base64').toString('utf8')),
  ],
  ['States.Base64Encode', one(([value]) => Buffer.from(toShortText(value)).toString('base64'))],
  ['States.Format', format],
  [
    'States.Hash',
    two(([value, algorithm]) => {
      const data = typeof value === 'string' ? toShortText(value) : value;
      return hash(data, toText(algorithm));
    }),
  ],
  ['States.JsonMerge', three(merge)],
  ['States.JsonToString', one(([value]) => JSON.stringify(value))],
  ['States.MathAdd', two(mathAdd)],
  ['States.MathRandom', withArity(2, 3, mathRandom)],
  ['States.StringSplit', two(split)],
  ['States.StringToJson', one(parseText)],
  ['States.UUID', withArity(0, 0, () => randomUUID())],
]);
