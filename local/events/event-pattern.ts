import { BlockList, isIP } from 'node:net';
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
    if (isRecord(expected)) {
      // Of a list of objects, one must match all that the pattern says about it.
      return [value].flat().some((each) => matchesPattern(expected, each));
    }
    if (!Array.isArray(expected)) return false;
    const values = Array.isArray(value) && value.length > 0 ? value : [value];
    return expected.some((condition) => values.some((each) => matchesCondition(condition, each)));
  });
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
    case 'cidr':
      return text !== undefined && isInBlock(text, String(operand));
    case 'exists':
      return (value !== undefined) === operand;
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && isInRange(operand, value);
    case 'anything-but':
      return value !== undefined && !isExcluded(operand, value);
    default:
      return false;
  }
}

/** An operator may have several texts here, and nowhere else: `{ "prefix": ["a", "b"] }`. */
function isExcluded(operand: unknown, value: unknown): boolean {
  const [[operator, texts] = ['', undefined]] = isRecord(operand) ? Object.entries(operand) : [];
  const excluded = Array.isArray(texts)
    ? texts.map((each: unknown) => ({ [operator]: each }))
    : [operand].flat();
  return excluded.some((each) => matchesCondition(each, value));
}

function isInBlock(address: string, block: string): boolean {
  const [network = '', prefix] = block.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(network)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(prefix), kind);
  return list.check(address, kind);
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
