import type { Problem } from '#local/wire/shape.ts';

/** Returns one line for each problem: where it is, what was expected, and the actual value. */
export function describeProblems(place: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ path, rule, value }) => {
    const where = place.endsWith(':') ? `${place} ${path.join('.')}` : [place, ...path].join('.');
    const actual = value === undefined ? '' : `, not ${JSON.stringify(value)?.slice(0, 80)}`;
    return `${where}: ${expectation(rule)}${actual}`;
  });
  return lines.join('\n');
}

function expectation(rule: Problem['rule']): string {
  switch (rule.type) {
    case 'present':
      return 'is required';
    case 'kind':
      return `must be of type ${rule.kind}`;
    case 'at-least':
      return `must be at least ${rule.limit}`;
    case 'at-most':
      return `must be at most ${rule.limit}`;
    case 'min-length':
      return `must have a length of at least ${rule.limit}`;
    case 'max-length':
      return `must have a length of at most ${rule.limit}`;
    case 'pattern':
      return `must match ${rule.pattern}`;
    case 'one-of':
      return `must be one of ${rule.values.join(', ')}`;
    case 'each':
      return `items: ${rule.rules.map(expectation).join(', ')}`;
    case 'one-member':
      return 'must have exactly one member';
    case 'known-member':
      return 'is not a known member';
  }
}
