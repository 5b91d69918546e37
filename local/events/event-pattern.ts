import { isRecord } from '#local/wire/shape.ts';
import { matchesWildcard, starPattern } from '#local/wire/wildcard.ts';

/**
 * Whether an event matches an event pattern. The pattern has a list of values or conditions for
 * each member, and one of them must match (EventBridge user guide, "Comparison operators").
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isRecord(pattern)) return false;
  return Object.entries(pattern).every(([name, expected]) => {
    if (name === '$or') {
      return Array.isArray(expected) && expected.some((choice) => matchesPattern(choice, event));
    }
    const value = isRecord(event) && Object.hasOwn(event, name) ? event[name] : undefined;
    if (isRecord(expected)) return matchesPattern(expected, value);
    if (!Array.isArray(expected)) return false;
    const values = Array.isArray(value) ? value : [value];
    return expected.some((condition) => values.some((each) => matchesCondition(condition, each)));
  });
}

/**
 * Whether a value is an event pattern: an object of patterns and of lists with at least one value or
 * condition (EventBridge user guide, "Creating event patterns").
 */
export function isPattern(value: unknown): boolean {
  return (
    isRecord(value) &&
    Object.entries(value).every(([name, expected]) => {
      if (name === '$or' && Array.isArray(expected)) {
        return expected.length > 1 && expected.every(isPattern);
      }
      if (!Array.isArray(expected)) return isPattern(expected);
      return expected.length > 0 && expected.every((each) => isScalar(each) || isCondition(each));
    })
  );
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Whether a value is a condition with one operator and a fitting operand. */
function isCondition(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0) return false;
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return typeof operand === 'string' || isIgnoringCase(operand);
    case 'equals-ignore-case':
    case 'wildcard':
      return typeof operand === 'string';
    case 'exists':
      return typeof operand === 'boolean';
    case 'numeric':
      return isRange(operand);
    case 'anything-but':
      return isExcluded(operand);
    default:
      return false;
  }
}

function isIgnoringCase(value: unknown): boolean {
  return isRecord(value) && typeof value['equals-ignore-case'] === 'string';
}

/** A value, a list of values, or a condition on texts. */
function isExcluded(operand: unknown): boolean {
  if (Array.isArray(operand)) return operand.length > 0 && operand.every(isScalar);
  const isText = isRecord(operand) && !('numeric' in operand) && !('exists' in operand);
  return isText ? isCondition(operand) : isScalar(operand);
}

/** One comparison with a number, or two that bound a range. */
function isRange(operand: unknown): boolean {
  if (!Array.isArray(operand) || ![2, 4].includes(operand.length)) return false;
  const isPair = (at: number): boolean =>
    ['=', '>', '>=', '<', '<='].includes(String(operand[at])) &&
    typeof operand[at + 1] === 'number';
  return isPair(0) && (operand.length === 2 || isPair(2));
}

function matchesCondition(condition: unknown, value: unknown): boolean {
  if (!isRecord(condition)) return condition === value;
  const [[operator, operand] = ['', undefined]] = Object.entries(condition);
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'prefix':
      return text !== undefined && matchesAffix(operand, text, 'startsWith');
    case 'suffix':
      return text !== undefined && matchesAffix(operand, text, 'endsWith');
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase();
    case 'wildcard':
      return text !== undefined && matchesWildcard(starPattern(String(operand)), text);
    case 'exists':
      return (value !== undefined) === operand;
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && isInRange(operand, value);
    case 'anything-but':
      return value !== undefined && ![operand].flat().some((each) => matchesCondition(each, value));
    default:
      return false;
  }
}

function matchesAffix(operand: unknown, text: string, side: 'startsWith' | 'endsWith'): boolean {
  if (!isRecord(operand)) return text[side](String(operand));
  return text.toLowerCase()[side](String(operand['equals-ignore-case']).toLowerCase());
}

/** Whether a value is in a range such as `['>', 0, '<=', 5]`. */
function isInRange(range: readonly unknown[], value: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    const limit = Number(range[index + 1]);
    const isWithin = {
      '=': value === limit,
      '>': value > limit,
      '>=': value >= limit,
      '<': value < limit,
      '<=': value <= limit,
    }[String(range[index])];
    if (isWithin !== true) return false;
  }
  return true;
}
