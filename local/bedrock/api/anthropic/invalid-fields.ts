import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Path, Problem } from '#local/wire/shape.ts';

/** Returns the error of Anthropic's models: the first invalid member, and what is wrong with it. */
export function invalidFields(problems: readonly Problem[]): BedrockError {
  return invalid(describeFields(problems));
}

/** Returns what is wrong with the first invalid member, in Anthropic's words. */
export function describeFields([problem]: readonly Problem[]): string {
  return problem === undefined ? '' : `${fieldName(problem.path)}: ${describe(problem)}`;
}

function fieldName(path: Path): string {
  return path.length === 0 ? 'request' : path.join('.');
}

function describe({ rule }: Problem): string {
  switch (rule.type) {
    case 'present':
      return 'Field required';
    case 'kind':
      return `Input should be a valid ${{ array: 'list', object: 'dictionary' }[rule.kind] ?? rule.kind}`;
    case 'at-least':
      return `Input should be greater than or equal to ${rule.limit}`;
    case 'at-most':
      return `Input should be less than or equal to ${rule.limit}`;
    case 'min-length':
      return `at least ${rule.limit} item is required`;
    case 'one-of':
      return `Input should be ${alternatives(rule.values)}`;
    case 'each':
    case 'max-length':
    case 'pattern':
      return 'Input is not valid';
    case 'one-member':
    case 'known-member':
      return 'Extra inputs are not permitted';
  }
}

function alternatives(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
