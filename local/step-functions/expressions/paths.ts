import { JSONPath } from 'jsonpath-plus';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { isRecord } from '#local/wire/shape.ts';

/** What paths in JSONPath look into. */
export interface PathScope {
  /** `$` */
  readonly data: unknown;
  /** `$$` */
  readonly context: unknown;
  /** `$name` */
  readonly variables: ReadonlyMap<string, unknown>;
}

/** The value at a path: of a definite one the value itself, of another all that it finds. */
export function readPath(path: string, scope: PathScope): unknown {
  const { root, rest } = rootOf(path, scope);
  const steps = definiteSteps(rest);
  if (steps === undefined) return search(rest, root);
  const found = steps.reduce<unknown>(step, root);
  if (found !== undefined) return found;
  const shown = JSON.stringify(root)?.slice(0, 200);
  throw new StatesError(
    'States.Runtime',
    `The path '${path}' could not be found in the input '${shown}'`,
  );
}

/** Whether there is anything at a path. */
export function hasPath(path: string, scope: PathScope): boolean {
  try {
    const value = readPath(path, scope);
    return (
      !Array.isArray(value) ||
      definiteSteps(rootOf(path, scope).rest) !== undefined ||
      value.length > 0
    );
  } catch {
    return false;
  }
}

function rootOf(
  path: string,
  { data, context, variables }: PathScope,
): { root: unknown; rest: string } {
  if (path.startsWith('$$')) return { root: context, rest: path.slice(2) };
  const [, name] = /^\$([A-Za-z_]\w*)/u.exec(path) ?? [];
  if (name === undefined) return { root: data, rest: path.slice(1) };
  if (!variables.has(name)) {
    throw new StatesError('States.QueryEvaluationError', `There is no variable ${name}`);
  }
  return { root: variables.get(name), rest: path.slice(name.length + 1) };
}

type Step = string | number;

const stepForm = /\.([^.[\]*?@()\s]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?\d+)\]/uy;

/** The steps of a path that leads to one place; nothing for one with wildcards and filters. */
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

/** Filters are evaluated by the library's own interpreter, never by the engine's `eval`. */
function search(rest: string, root: unknown): unknown {
  const json = isRecord(root) || Array.isArray(root) ? root : {};
  const found: unknown = JSONPath({ path: `$${rest}`, json, eval: 'safe', wrap: true });
  return found ?? [];
}

/** A copy of a value with another one put at a reference path; what leads there is made. */
export function writePath(path: string, target: unknown, value: unknown): unknown {
  if (path === '$') return value;
  const steps = definiteSteps(path.slice(1));
  if (steps === undefined) {
    throw new StatesError('States.ResultPathMatchFailure', `${path} is not a reference path`);
  }
  return put(steps, target, value);
}

function put([key, ...rest]: readonly Step[], target: unknown, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    if (!Array.isArray(target) || key >= target.length) {
      throw new StatesError('States.ResultPathMatchFailure', `There is no item ${key}`);
    }
    return target.with(key, put(rest, target[key], value));
  }
  if (target !== undefined && target !== null && !isRecord(target)) {
    throw new StatesError(
      'States.ResultPathMatchFailure',
      `${key} cannot be put into what is there`,
    );
  }
  const holder = isRecord(target) ? target : {};
  const inner = Object.hasOwn(holder, key) ? holder[key] : undefined;
  return { ...holder, [key]: put(rest, inner, value) };
}
