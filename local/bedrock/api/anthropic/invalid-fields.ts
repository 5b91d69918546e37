import { invalid, type BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { Path, Problem } from '#local/wire/shape.ts';

/** Members that InvokeModel and Converse take only in a request that names a beta. */
const betaMembers: ReadonlyMap<string | number | undefined, string> = new Map([
  ['context_management', 'context-management-2025-06-27'],
  ['input_examples', 'tool-examples-2025-10-29'],
  ['task_budget', 'task-budgets-2026-03-13'],
]);

/** Returns the problems of a request, without those that a beta of it allows. */
export function withoutBetas(
  problems: readonly Problem[],
  betas: readonly unknown[],
): readonly Problem[] {
  return problems.filter(({ path, rule }) => {
    const beta = betaMembers.get(path.at(-1));
    return rule.type !== 'known-member' || beta === undefined || !betas.includes(beta);
  });
}

/** Returns the error of Anthropic's models: the first invalid member, and what is wrong with it. */
export function invalidFields(problems: readonly Problem[]): BedrockError {
  const [problem] = problems;
  return invalid(problem === undefined ? 'Invalid request' : describeField(problem));
}

/** Returns what is wrong with a member, in Anthropic's words. */
export function describeField(problem: Problem): string {
  return `${fieldName(problem.path)}: ${describe(problem)}`;
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
