import {
  evaluateIntrinsic,
  parseIntrinsic,
} from '#local/step-functions/expressions/intrinsic-functions.ts';
import { readPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns a payload template with its values filled in. A member whose name ends in `.$` has a path or
 * an intrinsic function.
 */
export function fillTemplate(template: unknown, scope: PathScope): unknown {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, scope));
  if (!isRecord(template)) return template;
  const entries = Object.entries(template).map(([name, value]) => {
    if (!name.endsWith('.$')) return [name, fillTemplate(value, scope)] as const;
    return [name.slice(0, -2), evaluate(String(value), scope)] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the value of a path or an intrinsic function. */
export function evaluate(source: string, scope: PathScope): unknown {
  if (source.startsWith('$')) return readPath(source, scope);
  return evaluateIntrinsic(parseIntrinsic(source), scope);
}
