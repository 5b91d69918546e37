import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { findPath, hasPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { parseTimestamp } from '#local/step-functions/expressions/timestamps.ts';
import { record, type Json } from '#local/template/json.ts';
import { isExactNumber, toNumber } from '#local/wire/json/exact-json.ts';
import { matchesWildcard, starPattern } from '#local/wire/wildcard.ts';

type Compare = (value: unknown, operand: unknown) => boolean;

const orderTests = {
  Equals: (order: number) => order === 0,
  LessThan: (order: number) => order < 0,
  GreaterThan: (order: number) => order > 0,
  LessThanEquals: (order: number) => order <= 0,
  GreaterThanEquals: (order: number) => order >= 0,
};

/** Return the value as its type is compared, or undefined if it has another type. */
const comparableValues: Readonly<Record<string, (value: unknown) => string | number | undefined>> =
  {
    String: (value) => (typeof value === 'string' ? value : undefined),
    Numeric: toNumber,
    Timestamp: parseTimestamp,
  };

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: isExactNumber,
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => parseTimestamp(value) !== undefined,
};

/** All comparisons by name. Each also exists with the suffix `Path`. */
const comparisons: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ...Object.entries(comparableValues).flatMap(([type, toComparable]) =>
    Object.entries(orderTests).map(
      ([name, accepts]) => [`${type}${name}`, compareBy(toComparable, accepts)] as const,
    ),
  ),
  ['BooleanEquals', (value, operand) => typeof value === 'boolean' && value === operand],
  [
    'StringMatches',
    (value, operand) =>
      typeof value === 'string' && matchesWildcard(starPattern(String(operand)), value),
  ],
]);

function compareBy(
  toComparable: (value: unknown) => string | number | undefined,
  accepts: (order: number) => boolean,
): Compare {
  return (value, operand) => {
    const [left, right] = [toComparable(value), toComparable(operand)];
    if (left === undefined || right === undefined) return false;
    return accepts(left < right ? -1 : Number(left > right));
  };
}

/**
 * Returns whether the condition of a choice in JSONPath is true. Throws an `EvaluationError` if it
 * refers to nothing.
 */
export function evaluateCondition(condition: Json, scope: PathScope): boolean {
  const { Variable: variable, Comment: _, ...comparison } = condition;
  const [[name, operand] = ['', undefined]] = Object.entries(comparison);
  if (name === 'Not') return !evaluateCondition(record(operand), scope);
  if (name === 'And')
    return [operand].flat().every((part) => evaluateCondition(record(part), scope));
  if (name === 'Or') return [operand].flat().some((part) => evaluateCondition(record(part), scope));
  const path = String(variable);
  if (name === 'IsPresent') return hasPath(path, scope) === operand;
  const value = requirePath(path, scope);
  const test = Object.hasOwn(typeTests, name) ? typeTests[name] : undefined;
  if (test !== undefined) return test(value) === operand;
  const isPath = name.endsWith('Path');
  const other = isPath ? requirePath(String(operand), scope) : operand;
  return comparisons.get(isPath ? name.slice(0, -'Path'.length) : name)?.(value, other) ?? false;
}

function requirePath(path: string, scope: PathScope): unknown {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  throw runtimeError(
    `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  );
}
