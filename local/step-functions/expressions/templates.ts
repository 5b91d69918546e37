import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import {
  evaluateIntrinsic,
  parseIntrinsic,
} from '#local/step-functions/expressions/intrinsic-functions.ts';
import {
  arrayPath,
  findPath,
  readPath,
  type PathScope,
} from '#local/step-functions/expressions/paths.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns a payload template with its values filled in. A member whose name ends in `.$` has a path or
 * an intrinsic function. Throws an `EvaluationError` that names the member.
 */
export function fillTemplate(template: unknown, scope: PathScope): unknown {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, scope));
  if (!isRecord(template)) return template;
  const entries = Object.entries(template).map(([name, value]) => {
    if (!name.endsWith('.$')) return [name, fillTemplate(value, scope)] as const;
    return [name.slice(0, -2), evaluateMember(name, String(value), scope)] as const;
  });
  return Object.fromEntries(entries);
}

function evaluateMember(name: string, source: string, scope: PathScope): unknown {
  if (!source.startsWith('$')) return evaluate(source, scope);
  const value = findPath(source, scope);
  if (value !== undefined) return value;
  // A member can select an item after the end of an array: it is null.
  const list = arrayPath(source);
  if (list !== undefined && Array.isArray(findPath(list, scope))) return null;
  const input = JSON.stringify(source.startsWith('$$') ? scope.context : scope.data);
  throw runtimeError(
    `The JSONPath '${source}' specified for the field '${name}' could not be found in the input '${input}'`,
  );
}

/** Returns the value of a path or an intrinsic function. Throws an `EvaluationError`. */
export function evaluate(source: string, scope: PathScope): unknown {
  if (source.startsWith('$')) return readPath(source, scope);
  return evaluateIntrinsic(parseIntrinsic(source), scope, source);
}
