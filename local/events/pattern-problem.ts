import { isIP } from 'node:net';
import { isRecord } from '#local/wire/shape.ts';

/** Whether a value is an event pattern. */
export function isPattern(value: unknown): boolean {
  return patternProblem(value) === undefined;
}

/**
 * Returns why a value is not an event pattern, in EventBridge's words, or undefined if it is one: an
 * object of patterns and of lists with at least one value or condition (EventBridge user guide,
 * "Creating event patterns").
 */
export function patternProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'Filter is not an object';
  for (const [name, expected] of Object.entries(value)) {
    const problem =
      name === '$or' && Array.isArray(expected)
        ? choiceProblem(expected)
        : memberProblem(name, expected);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function choiceProblem(choices: readonly unknown[]): string | undefined {
  if (choices.length < 2) return 'There must have at least 2 Objects in $or relationship.';
  return firstProblem(choices, patternProblem);
}

function memberProblem(name: string, expected: unknown): string | undefined {
  if (Array.isArray(expected)) {
    if (expected.length === 0) return 'Empty arrays are not allowed';
    return firstProblem(expected, conditionProblem);
  }
  if (!isRecord(expected)) return `"${name}" must be an object or an array`;
  return patternProblem(expected);
}

function firstProblem(
  items: readonly unknown[],
  problemOf: (item: unknown) => string | undefined,
): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** A condition has one operator and a fitting operand. */
function conditionProblem(value: unknown): string | undefined {
  if (isScalar(value)) return undefined;
  if (!isRecord(value)) return 'Match value must be String, number, true, false, or null';
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0) return 'Only one key allowed in match expression';
  const isFitting = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (isFitting === undefined) return `Unrecognized match type ${operator}`;
  return isFitting(operand) ? undefined : refusals[operator];
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Returns whether the operand of each operator is valid. */
const operators: Readonly<Record<string, (operand: unknown) => boolean>> = {
  prefix: (operand) => isText(operand) || isIgnoringCase(operand),
  suffix: (operand) => isText(operand) || isIgnoringCase(operand),
  'equals-ignore-case': isText,
  wildcard: isWildcard,
  exists: (operand) => typeof operand === 'boolean',
  numeric: isRange,
  cidr: isBlock,
  'anything-but': isExcluded,
};

const refusals: Readonly<Record<string, string>> = {
  prefix: 'prefix match pattern must be a string',
  suffix: 'suffix match pattern must be a string',
  'equals-ignore-case': 'equals-ignore-case match pattern must be a string',
  wildcard: 'wildcard match pattern must be a string without consecutive wildcard characters',
  exists: 'exists match pattern must be either true or false.',
  numeric: 'Value of numeric must be an array of comparisons.',
  cidr: 'Malformed CIDR, an address, one slash and a number of bits required',
  'anything-but':
    'Value of anything-but must be an array or single string/number value, or a match on strings.',
};

function isIgnoringCase(value: unknown): boolean {
  return isRecord(value) && isText(value['equals-ignore-case']);
}

function isWildcard(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('**');
}

/** The operators on texts that `anything-but` can have, each with one text or several. */
const textOperators: ReadonlySet<string> = new Set([
  'prefix',
  'suffix',
  'equals-ignore-case',
  'wildcard',
]);

function isExcluded(operand: unknown): boolean {
  if (Array.isArray(operand)) return operand.length > 0 && operand.every(isScalar);
  if (!isRecord(operand)) return isScalar(operand);
  const [[operator, texts] = ['', undefined], ...more] = Object.entries(operand);
  const all: readonly unknown[] = Array.isArray(texts) ? texts : [texts];
  return (
    textOperators.has(operator) &&
    more.length === 0 &&
    all.length > 0 &&
    all.every((text) => isText(text) && operators[operator]?.(text) === true)
  );
}

/** One comparison with a number, or two that bound a range. */
function isRange(operand: unknown): boolean {
  if (!Array.isArray(operand) || ![2, 4].includes(operand.length)) return false;
  const isPair = (at: number): boolean =>
    ['=', '>', '>=', '<', '<='].includes(String(operand[at])) &&
    typeof operand[at + 1] === 'number';
  return isPair(0) && (operand.length === 2 || isPair(2));
}

function isBlock(operand: unknown): boolean {
  const [, address = '', bits] = /^([^/]+)\/(\d{1,3})$/u.exec(String(operand)) ?? [];
  return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}
