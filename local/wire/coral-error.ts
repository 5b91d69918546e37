import type { Path, Problem, Rule } from '#local/wire/shape.ts';

/**
 * Returns the error of AWS's service framework (Coral) for an invalid request. A wrong type is
 * reported alone; otherwise all violated constraints are reported together.
 */
export function coralError(problems: readonly Problem[]): CoralError {
  const malformed = problems.find(({ rule }) => isMalformed(rule));
  if (malformed !== undefined) {
    const message = `The value at ${renderPath(malformed.path)} ${malformedText(malformed)}.`;
    return { code: 'SerializationException', message };
  }
  const violations = problems.map(
    ({ path, value, rule }) =>
      `Value ${renderValue(value)} at '${coralPath(path)}' failed to satisfy constraint: ${constraintText(rule)}`,
  );
  const plural = violations.length === 1 ? 'error' : 'errors';
  const message = `${violations.length} validation ${plural} detected: ${violations.join('; ')}`;
  return { code: 'ValidationException', message };
}

export interface CoralError {
  readonly code: 'SerializationException' | 'ValidationException';
  readonly message: string;
}

function isMalformed({ type }: Rule): boolean {
  return type === 'kind' || type === 'one-member' || type === 'known-member';
}

function malformedText({ rule }: Problem): string {
  if (rule.type === 'kind') return `must be of type ${rule.kind}`;
  return rule.type === 'one-member' ? 'must have one and only one member set' : 'is not known';
}

function constraintText(rule: Rule): string {
  switch (rule.type) {
    case 'present':
      return 'Member must not be null';
    case 'at-least':
      return `Member must have value greater than or equal to ${rule.limit}`;
    case 'at-most':
      return `Member must have value less than or equal to ${rule.limit}`;
    case 'min-length':
      return `Member must have length greater than or equal to ${rule.limit}`;
    case 'max-length':
      return `Member must have length less than or equal to ${rule.limit}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${rule.pattern}`;
    case 'one-of':
      return `Member must satisfy enum value set: [${rule.values.join(', ')}]`;
    case 'each':
      return `Member must satisfy constraint: [${rule.rules.map(constraintText).join(', ')}]`;
    case 'kind':
    case 'one-member':
    case 'known-member':
      return 'Member is malformed';
  }
}

function renderValue(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return `'${value}'`;
  const isStrings = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return `'${isStrings ? `[${value.join(', ')}]` : JSON.stringify(value)}'`;
}

/** Returns problems whose names begin in lower case, as some services write them. */
export function lowerNames(problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, value, rule }) => ({ path: path.map(lowerName), value, rule }));
}

function lowerName(part: string | number): string | number {
  return typeof part === 'string' ? `${part.slice(0, 1).toLowerCase()}${part.slice(1)}` : part;
}

/** Lists count from one in these messages: `messages.1.member.role`. */
function coralPath(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : part)).join('.');
}

function renderPath(path: Path): string {
  return path.length === 0 ? 'the root' : path.join('.');
}
