import { JSONPath } from 'jsonpath-plus';
import { StatesError } from '#local/step-functions/definition/definition.ts';
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
 * filters. Throws a `StatesError` if there is nothing at a definite path.
 */
export function readPath(path: string, scope: PathScope): unknown {
  const { root, rest } = resolveRoot(path, scope);
  const steps = definiteSteps(rest);
  if (steps === undefined) return search(rest, root);
  const value = steps.reduce<unknown>(step, root);
  if (value !== undefined) return value;
  const inputText = JSON.stringify(root)?.slice(0, 200);
  throw new StatesError(
    'States.Runtime',
    `The path '${path}' could not be found in the input '${inputText}'`,
  );
}

/** Returns whether there is a value at a path. */
export function hasPath(path: string, scope: PathScope): boolean {
  try {
    const value = readPath(path, scope);
    return (
      !Array.isArray(value) ||
      definiteSteps(resolveRoot(path, scope).rest) !== undefined ||
      value.length > 0
    );
  } catch {
    return false;
  }
}

function resolveRoot(
  path: string,
  { data, context, variables }: PathScope,
): { root: unknown; rest: string } {
  if (path.startsWith('$$')) return { root: context, rest: path.slice(2) };
  const [, name] = /^\$([A-Za-z_]\w*)/u.exec(path) ?? [];
  if (name === undefined) return { root: data, rest: path.slice(1) };
  if (!variables.has(name)) {
    throw new StatesError('States.QueryEvaluationError', `Variable ${name} does not exist`);
  }
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
  const matches: unknown = JSONPath({ path: `$${rest}`, json, eval: 'safe', wrap: true });
  return matches ?? [];
}

/**
 * Returns a copy of `target` with a value at a reference path. Missing objects on the way are created.
 * Throws a `StatesError` if the path is not a reference path or does not fit the target.
 */
export function writePath(path: string, target: unknown, value: unknown): unknown {
  if (path === '$') return value;
  const steps = definiteSteps(path.slice(1));
  if (steps === undefined) {
    throw new StatesError('States.ResultPathMatchFailure', `${path} is not a reference path`);
  }
  return putAt(steps, target, value);
}

function putAt([key, ...rest]: readonly Step[], target: unknown, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    if (!Array.isArray(target) || key >= target.length) {
      throw new StatesError('States.ResultPathMatchFailure', `Item ${key} does not exist`);
    }
    return target.with(key, putAt(rest, target[key], value));
  }
  if (target !== undefined && target !== null && !isRecord(target)) {
    throw new StatesError(
      'States.ResultPathMatchFailure',
      `Cannot set ${key}, as its parent is not an object`,
    );
  }
  const parent = isRecord(target) ? target : {};
  const inner = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return { ...parent, [key]: putAt(rest, inner, value) };
}
