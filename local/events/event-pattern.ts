import { isRecord } from '#local/wire/shape.ts';
import { matchesWildcard, starPattern } from '#local/wire/wildcard.ts';

/**
 * Whether an event matches an event pattern: for each member a list of values or conditions, of
 * which one must hold (EventBridge user guide, "Comparison operators").
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isRecord(pattern)) return false;
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') {
      return Array.isArray(wanted) && wanted.some((choice) => matchesPattern(choice, event));
    }
    const value = isRecord(event) && Object.hasOwn(event, name) ? event[name] : undefined;
    if (isRecord(wanted)) return matchesPattern(wanted, value);
    if (!Array.isArray(wanted)) return false;
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((condition) => values.some((each) => holds(condition, each)));
  });
}

function holds(condition: unknown, value: unknown): boolean {
  if (!isRecord(condition)) return condition === value;
  const [[operator, operand] = ['', undefined]] = Object.entries(condition);
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'prefix':
      return text !== undefined && affixHolds(operand, text, 'startsWith');
    case 'suffix':
      return text !== undefined && affixHolds(operand, text, 'endsWith');
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase();
    case 'wildcard':
      return text !== undefined && matchesWildcard(starPattern(String(operand)), text);
    case 'exists':
      return (value !== undefined) === operand;
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && inRange(operand, value);
    case 'anything-but':
      return value !== undefined && ![operand].flat().some((each) => holds(each, value));
    default:
      return false;
  }
}

function affixHolds(operand: unknown, text: string, side: 'startsWith' | 'endsWith'): boolean {
  if (!isRecord(operand)) return text[side](String(operand));
  return text.toLowerCase()[side](String(operand['equals-ignore-case']).toLowerCase());
}

/** `['>', 0, '<=', 5]` */
function inRange(range: readonly unknown[], value: number): boolean {
  for (let index = 0; index < range.length; index += 2) {
    const limit = Number(range[index + 1]);
    const fits = {
      '=': value === limit,
      '>': value > limit,
      '>=': value >= limit,
      '<': value < limit,
      '<=': value <= limit,
    }[String(range[index])];
    if (fits !== true) return false;
  }
  return true;
}
