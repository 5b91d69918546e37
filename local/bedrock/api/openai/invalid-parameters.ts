import { invalidParameter } from '#local/bedrock/api/openai/openai-error.ts';
import type { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Path, Problem } from '#local/wire/shape.ts';

/** Returns the error for a request that violates its shape: OpenAI reports the first violation. */
export function invalidParameters(problems: readonly Problem[]): BedrockError {
  const [first] = problems;
  if (first === undefined) return invalidParameter('Invalid request.');
  const param = nameOf(first.path);
  const { code, message } = describe(first, param === '' ? 'request' : param);
  return invalidParameter(message, param === '' ? undefined : param, code);
}

/** Returns the name of a parameter, such as `messages[0].content`. */
function nameOf(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? part : `${name}.${part}`;
  }, '');
}

function describe({ rule, value }: Problem, place: string): Words {
  switch (rule.type) {
    case 'present':
      return {
        code: 'missing_required_parameter',
        message: `Missing required parameter: '${place}'.`,
      };
    case 'kind': {
      const expected = kindNames[rule.kind] ?? `a ${rule.kind}`;
      const message = `Invalid type for '${place}': expected ${expected}, but got ${kindOf(value)} instead.`;
      return { code: 'invalid_type', message };
    }
    case 'at-least':
    case 'at-most':
      return outOfRange(rule, value, place);
    case 'one-of': {
      const known = rule.values.map((name) => `'${name}'`).join(', ');
      const message = `Invalid value: '${String(value)}'. Supported values are: ${known}.`;
      return { code: 'invalid_value', message };
    }
    case 'min-length':
    case 'max-length':
      return wrongLength(rule, value, place);
    case 'known-member':
      return { code: 'unknown_parameter', message: `Unknown parameter: '${place}'.` };
    case 'each':
    case 'pattern':
    case 'one-member':
      return { code: 'invalid_value', message: `Invalid value for '${place}'.` };
  }
}

interface Words {
  readonly code: string;
  readonly message: string;
}

type Limit = Extract<Problem['rule'], { readonly limit: number }>;

function outOfRange({ type, limit }: Limit, value: unknown, place: string): Words {
  const [side, sign, end] =
    type === 'at-least' ? (['below', '>=', 'min'] as const) : (['above', '<=', 'max'] as const);
  const kind = Number.isInteger(value) ? 'integer' : 'decimal';
  const message =
    `Invalid '${place}': ${kind} ${side} ${end}imum value. ` +
    `Expected a value ${sign} ${limit}, but got ${String(value)} instead.`;
  return { code: `${kind}_${side}_${end}_value`, message };
}

function wrongLength({ type, limit }: Limit, value: unknown, place: string): Words {
  const kind = typeof value === 'string' ? 'string' : 'array';
  const isShort = type === 'min-length';
  const fault = isShort ? `empty ${kind}` : `${kind} too long`;
  const expected = `${isShort ? 'minimum' : 'maximum'} length ${limit}`;
  return {
    code: isShort ? `empty_${kind}` : `${kind}_above_max_length`,
    message: `Invalid '${place}': ${fault}. Expected ${kind === 'array' ? 'an array' : 'a string'} with ${expected}.`,
  };
}

const kindNames: Readonly<Record<string, string>> = {
  array: 'an array',
  object: 'an object',
  integer: 'an integer',
  number: 'a decimal',
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'number') return `a ${typeof value}`;
  return Number.isInteger(value) ? 'an integer' : 'a decimal';
}
