import {
  runtimeError,
  type EvaluationError,
} from '#local/step-functions/expressions/evaluation-error.ts';
import { intrinsicFunctions } from '#local/step-functions/expressions/intrinsic-library.ts';
import { findPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';

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
  return { node: { type: 'value', value: parseStateJson(word) }, rest: text.slice(word.length) };
}

function parseCall(name: string, text: string): Parsed {
  if (!intrinsicFunctions.has(name)) throw new Error(`unknown intrinsic function ${name}`);
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
 * functions. Throws an `EvaluationError` with the whole source if a function fails.
 */
export function evaluateIntrinsic(node: Intrinsic, scope: PathScope, source: string): unknown {
  switch (node.type) {
    case 'value':
      return node.value;
    case 'path': {
      const value = findPath(node.path, scope);
      if (value !== undefined) return value;
      throw failure(
        source,
        `The JsonPath argument for the field '${node.path.replace(/^\$\$/u, '$')}' could not be found in the input '${JSON.stringify(scope.data)}'`,
      );
    }
    case 'call': {
      const args = node.args.map((arg) => evaluateIntrinsic(arg, scope, source));
      try {
        return intrinsicFunctions.get(node.name)?.(args);
      } catch {
        throw failure(source, `Invalid arguments in ${node.name}`);
      }
    }
  }
}

function failure(source: string, reason: string): EvaluationError {
  return runtimeError(`The function '${source}' had the following error: ${reason}`);
}
