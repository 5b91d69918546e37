import type { QueryLanguage } from '#local/step-functions/definition/definition.ts';
import type { TaskResource } from '#local/step-functions/definition/resources.ts';
import { runtimeError } from '#local/step-functions/expressions/evaluation-error.ts';
import { integrations } from '#local/step-functions/validation/states/integrations.ts';
import { record } from '#local/template/json.ts';

/**
 * Throws an `EvaluationError` if the parameters of an optimized integration lack one or have others.
 * The definition shows only those whose names are not the result of an expression.
 */
export function checkParameters(
  resource: TaskResource,
  parameters: unknown,
  language: QueryLanguage,
): void {
  if (resource.type === 'function' || resource.isSdk) return;
  const integration = integrations.get(`${resource.service}:${resource.action}`);
  if (integration === undefined) return;
  const { required, parameters: known } = integration;
  const given = Object.keys(record(parameters));
  const problems = [
    ...required
      .filter((name) => !given.includes(name))
      .map((name) => `The field '${name}' is required but was missing`),
    ...given
      .filter((name) => known?.includes(name) === false)
      .map((name) => `The field "${name}" is not supported by Step Functions`),
  ];
  if (problems.length === 0) return;
  const field = language === 'JSONata' ? 'Arguments' : 'Parameters';
  throw runtimeError(
    `The ${field} '${JSON.stringify(parameters)}' could not be used to start the Task: [${problems.join(', ')}]`,
  );
}
