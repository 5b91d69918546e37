import type { Path, Problem, Rule } from '#local/wire/shape.ts';

/** What AWS's own operations say of a malformed request: wrong types first, then constraints. */
export function coralProblems(problems: readonly Problem[]): CoralRefusal {
  const malformed = problems.find(({ rule }) => isMalformed(rule));
  if (malformed !== undefined) {
    const message = `The value at ${dotted(malformed.path)} ${malformedWords(malformed)}.`;
    return { code: 'SerializationException', message };
  }
  const found = problems.map(
    ({ path, value, rule }) =>
      `Value ${shown(value)} at '${coralPath(path)}' failed to satisfy constraint: ${words(rule)}`,
  );
  const plural = found.length === 1 ? 'error' : 'errors';
  const message = `${found.length} validation ${plural} detected: ${found.join('; ')}`;
  return { code: 'ValidationException', message };
}

export interface CoralRefusal {
  readonly code: 'SerializationException' | 'ValidationException';
  readonly message: string;
}

function isMalformed({ type }: Rule): boolean {
  return type === 'kind' || type === 'one-member' || type === 'known-member';
}

function malformedWords({ rule }: Problem): string {
  if (rule.type === 'kind') return `must be of type ${rule.kind}`;
  return rule.type === 'one-member' ? 'must have one and only one member set' : 'is not known';
}

function words(rule: Rule): string {
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
    case 'kind':
    case 'one-member':
    case 'known-member':
      return 'Member is malformed';
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'null';
  return `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;
}

/** Lists count from one in these messages: `messages.1.member.role`. */
function coralPath(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : part)).join('.');
}

function dotted(path: Path): string {
  return path.length === 0 ? 'the root' : path.join('.');
}
