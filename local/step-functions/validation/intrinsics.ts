import {
  parseIntrinsic,
  type Intrinsic,
} from '#local/step-functions/expressions/intrinsic-functions.ts';
import { parsePath } from '#local/step-functions/validation/paths.ts';

/** How many arguments each intrinsic function takes. */
const arities: Readonly<Record<string, readonly [min: number, max: number]>> = {
  'States.Array': [0, Infinity],
  'States.ArrayContains': [2, 2],
  'States.ArrayGetItem': [2, 2],
  'States.ArrayLength': [1, 1],
  'States.ArrayPartition': [2, 2],
  'States.ArrayRange': [3, 3],
  'States.ArrayUnique': [1, 1],
  'States.Base64Decode': [1, 1],
  'States.Base64Encode': [1, 1],
  'States.Format': [1, Infinity],
  'States.Hash': [2, 2],
  'States.JsonMerge': [3, 3],
  'States.JsonToString': [1, 1],
  'States.MathAdd': [2, 2],
  'States.MathRandom': [2, 3],
  'States.StringSplit': [2, 2],
  'States.StringToJson': [1, 1],
  'States.UUID': [0, 0],
};

/** Intrinsic functions may be nested to this depth (developer guide, "Intrinsic functions"). */
const maxDepth = 10;

/** Returns whether a text is a call of an intrinsic function that Step Functions accepts. */
export function isIntrinsic(text: string): boolean {
  try {
    return !hasBadSyntax(text) && isValid(parseIntrinsic(text), 1);
  } catch {
    return false;
  }
}

/** In quotes, a backslash escapes a quote, a brace or itself only. */
function hasBadSyntax(text: string): boolean {
  const unquoted = text.replaceAll(/'(?:[^'\\]|\\['\\{}])*'/gu, '0');
  return /['\\]|,\s*[),]|\(\s*,/u.test(unquoted.replaceAll(/\[[^\]]*\]/gu, ''));
}

function isValid(node: Intrinsic, depth: number): boolean {
  if (node.type === 'value') return true;
  if (node.type === 'path') return parsePath(node.path) !== undefined;
  const [min, max] = arities[node.name] ?? [Infinity, 0];
  const { length } = node.args;
  if (depth > maxDepth || length < min || length > max) return false;
  return node.args.every((arg) => isValid(arg, depth + 1));
}

/** Returns the paths in a text that is a path, or a call of an intrinsic function. */
export function pathsOf(text: string): readonly string[] {
  if (text.startsWith('$')) return [text];
  return isIntrinsic(text) ? pathsOfNode(parseIntrinsic(text)) : [];
}

function pathsOfNode(node: Intrinsic): readonly string[] {
  if (node.type === 'call') return node.args.flatMap(pathsOfNode);
  return node.type === 'path' ? [node.path] : [];
}
