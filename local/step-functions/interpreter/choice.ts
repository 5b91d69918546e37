import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import { hasPath, readPath, type PathScope } from '#local/step-functions/expressions/paths.ts';
import { record, type Json } from '#local/template/json.ts';
import { matchesWildcard, starPattern } from '#local/wire/wildcard.ts';

type Compare = (value: unknown, operand: unknown) => boolean;

const order = {
  Equals: (sign: number) => sign === 0,
  LessThan: (sign: number) => sign < 0,
  GreaterThan: (sign: number) => sign > 0,
  LessThanEquals: (sign: number) => sign <= 0,
  GreaterThanEquals: (sign: number) => sign >= 0,
};

const timestampForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

/** What a value is compared as; nothing where it is of another kind. */
const kinds: Readonly<Record<string, (value: unknown) => string | number | undefined>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Timestamp: (value) => (isTimestamp(value) ? Date.parse(String(value)) : undefined),
};

function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && timestampForm.test(value);
}

const tests: Readonly<Record<string, (value: unknown) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: isTimestamp,
};

/** All comparisons, by name; each also with `Path` at its end. */
const comparisons: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ...Object.entries(kinds).flatMap(([kind, read]) =>
    Object.entries(order).map(
      ([name, holds]) => [`${kind}${name}`, compareBy(read, holds)] as const,
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
  read: (value: unknown) => string | number | undefined,
  holds: (sign: number) => boolean,
): Compare {
  return (value, operand) => {
    const [left, right] = [read(value), read(operand)];
    if (left === undefined || right === undefined) return false;
    return holds(left < right ? -1 : Number(left > right));
  };
}

/** What is wrong with the condition of a choice; nothing where all is right. */
export function checkCondition(condition: Json, language: QueryLanguage): string | undefined {
  if (language === 'JSONata') {
    const isOne = 'Condition' in condition && Object.keys(condition).every(isCommon);
    return isOne ? undefined : 'must have a Condition';
  }
  const names = Object.keys(condition).filter((name) => name !== 'Variable' && name !== 'Comment');
  const [name = ''] = names;
  if (names.length !== 1) return 'must have one comparison';
  if (name === 'Not') return checkCondition(record(condition['Not']), language);
  if (name === 'And' || name === 'Or') {
    const parts = [condition[name]].flat().map((part) => checkCondition(record(part), language));
    return parts.find((part) => part !== undefined);
  }
  if (typeof condition['Variable'] !== 'string') return 'Variable: must be a path';
  const isKnown =
    name === 'IsPresent' || name in tests || comparisons.has(name.replace(/Path$/u, ''));
  return isKnown ? undefined : `there is no comparison ${name}`;
}

function isCommon(name: string): boolean {
  return name === 'Condition' || name === 'Comment';
}

/** Whether the condition of a choice in JSONPath holds. */
export function conditionHolds(condition: Json, scope: PathScope): boolean {
  const { Variable: variable, Comment: _, ...comparison } = condition;
  const [[name, operand] = ['', undefined]] = Object.entries(comparison);
  if (name === 'Not') return !conditionHolds(record(operand), scope);
  if (name === 'And') return [operand].flat().every((part) => conditionHolds(record(part), scope));
  if (name === 'Or') return [operand].flat().some((part) => conditionHolds(record(part), scope));
  const path = String(variable);
  if (name === 'IsPresent') return hasPath(path, scope) === operand;
  const value = readPath(path, scope);
  const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (test !== undefined) return test(value) === operand;
  const isPath = name.endsWith('Path');
  const other = isPath ? readPath(String(operand), scope) : operand;
  return comparisons.get(isPath ? name.slice(0, -'Path'.length) : name)?.(value, other) ?? false;
}
