import { isRecord, type Problem, type Shape } from '#local/wire/shape.ts';

/** Members that InvokeModel and Converse take only in a request that names a beta. */
const betaMembers: ReadonlyMap<string | number | undefined, string> = new Map([
  ['context_management', 'context-management-2025-06-27'],
  ['input_examples', 'tool-examples-2025-10-29'],
  ['task_budget', 'task-budgets-2026-03-13'],
]);

/** Returns a shape that also takes members which a beta of the request allows. It ignores them. */
export function withBetas<T>(shape: Shape<T>): Shape<T> {
  return (value, path, problems) => {
    const found: Problem[] = [];
    const read = shape(value, path, found);
    const named: unknown = isRecord(value) ? value['anthropic_beta'] : [];
    const betas: readonly unknown[] = Array.isArray(named) ? named : [];
    problems.push(...found.filter((problem) => !isAllowed(problem, betas)));
    return read;
  };
}

function isAllowed({ path, rule }: Problem, betas: readonly unknown[]): boolean {
  const beta = betaMembers.get(path.at(-1));
  return rule.type === 'known-member' && beta !== undefined && betas.includes(beta);
}
