import { JSONPath } from 'jsonpath-plus';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { queryError, runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { toPlainNumbers } from '#local/step-functions/expressions/state-json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The data that JSONPath expressions can refer to. */
export interface PathScope {
  /** `$` */
  readonly data: unknown;
  /** `$$` */
  readonly context: unknown;
  /** `$name` */
  readonly variables: ReadonlyMap<string, unknown>;
}

/**
 * Returns the value at a definite path, and an array of all matches for a path with wildcards or
 * filters. Returns undefined if there is nothing at a definite path.
 */
export function findPath(path: string, scope: PathScope): unknown {
  const { root, rest } = resolveRoot(path, scope);
  const steps = definiteSteps(rest);
  return steps === undefined ? search(rest, root) : steps.reduce<unknown>(step, root);
}

/** Returns the value at a path, as `findPath`. Throws an `EvaluationError` if there is none. */
export function readPath(path: string, scope: PathScope): unknown {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  throw runtimeError(`Invalid path '${path}' : ${missingStep(path, scope)}`);
}

/** Returns which step of a path leads nowhere, in the words of the library that AWS uses. */
function missingStep(path: string, scope: PathScope): string {
  const { root, rest } = resolveRoot(path, scope);
  const steps = definiteSteps(rest) ?? [];
  const found = steps.findIndex(
    (_, index) => steps.slice(0, index + 1).reduce<unknown>(step, root) === undefined,
  );
  const named = (count: number): string =>
    steps
      .slice(0, count)
      .map((key) => (typeof key === 'number' ? `[${key}]` : `['${key}']`))
      .join('');
  return found === steps.length - 1
    ? `No results for path: $${named(steps.length)}`
    : `Missing property in path $${named(found + 1)}`;
}

/** Returns whether there is a value at a path. */
export function hasPath(path: string, scope: PathScope): boolean {
  try {
    const value = findPath(path, scope);
    const isSearch = definiteSteps(resolveRoot(path, scope).rest) === undefined;
    return value !== undefined && !(isSearch && Array.isArray(value) && value.length === 0);
  } catch {
    return false;
  }
}

/** Returns the path to the array of which a path selects one item; undefined for other paths. */
export function arrayPath(path: string): string | undefined {
  return /^(.*)\[\d+\]$/u.exec(path)?.[1];
}

function resolveRoot(
  path: string,
  { data, context, variables }: PathScope,
): { root: unknown; rest: string } {
  if (path.startsWith('$$')) return { root: context, rest: path.slice(2) };
  const [, name] = /^\$([A-Za-z_]\w*)/u.exec(path) ?? [];
  if (name === undefined) return { root: data, rest: path.slice(1) };
  if (!variables.has(name)) throw queryError(`Variable ${name} does not exist`);
  return { root: variables.get(name), rest: path.slice(name.length + 1) };
}

type Step = string | number;

const stepForm = /\.([^.[\]*?@()\s]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?\d+)\]/uy;

/** Returns the steps of a definite path, or undefined for one with wildcards or filters. */
function definiteSteps(rest: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  stepForm.lastIndex = 0;
  while (stepForm.lastIndex < rest.length) {
    const match = stepForm.exec(rest);
    if (match === null) return undefined;
    const [, dotted, single, double, index] = match;
    steps.push(index === undefined ? (dotted ?? single ?? double ?? '') : Number(index));
  }
  return steps;
}

function step(value: unknown, key: Step): unknown {
  if (typeof key === 'number') return Array.isArray(value) ? value.at(key) : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The library evaluates filters with its own interpreter, and not with JavaScript's `eval`. */
function search(rest: string, root: unknown): unknown {
  const json = isRecord(root) || Array.isArray(root) ? root : {};
  // A filter compares numbers, which must then be numbers.
  const data: object = rest.includes('?') ? Object(toPlainNumbers(json)) : json;
  const matches: unknown = JSONPath({ path: `$${rest}`, json: data, eval: 'safe', wrap: true });
  return matches ?? [];
}

/**
 * Returns a copy of `target` with a value at a reference path. Missing objects on the way are created.
 * Throws a `StatesError` if the path is not a reference path or does not fit the target.
 */
export function writePath(path: string, target: unknown, value: unknown): unknown {
  if (path === '$') return value;
  const steps = definiteSteps(path.slice(1));
  if (steps !== undefined) return putAt(steps, target, value);
  throw new StatesError('States.ResultPathMatchFailure', `${path} is not a reference path`);
}

function putAt([key, ...rest]: readonly Step[], target: unknown, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    if (!Array.isArray(target) || key >= target.length) throw conflict(key, target);
    return target.with(key, putAt(rest, target[key], value));
  }
  if (target !== undefined && target !== null && !isRecord(target)) throw conflict(key, target);
  const parent = isRecord(target) ? target : {};
  const inner = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return { ...parent, [key]: putAt(rest, inner, value) };
}

function conflict(key: Step, target: unknown): StatesError {
  return new StatesError(
    'States.ResultPathMatchFailure',
    `Unable to apply step "${key}" to input ${JSON.stringify(target)}`,
  );
}
