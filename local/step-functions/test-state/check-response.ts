import type { StateOf } from '#local/step-functions/definition/definition.ts';
import { readResource } from '#local/step-functions/definition/resources.ts';
import {
  responseModels,
  type ObjectShape,
  type ResponseShape,
} from '#local/step-functions/test-state/response-models.ts';
import { isExactNumber, toNumber } from '#local/wire/json/exact-json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** How a mocked result is compared with the model of its service. */
export type FieldValidationMode = 'STRICT' | 'PRESENT' | 'NONE';

/**
 * Returns the first way in which a mocked result differs from the response of the service that a Task
 * calls; undefined if there is none, or if the response of the service is not known here.
 */
export function findMismatch(
  { resource }: StateOf<'Task'>,
  result: unknown,
  mode: FieldValidationMode,
): string | undefined {
  const model = mode === 'NONE' ? undefined : responseModel(resource);
  if (model === undefined || !isRecord(result)) return undefined;
  return objectProblem(model, result, mode === 'STRICT');
}

/** A task that waits for an execution returns what describes it; a token returns anything. */
function responseModel(arn: string): ObjectShape | undefined {
  const resource = readResource(arn);
  if (resource?.type !== 'service' || resource.pattern === 'callback') return undefined;
  const { service, action, pattern } = resource;
  return responseModels.get(pattern === 'sync' ? 'sfn:describeExecution' : `${service}:${action}`);
}

function objectProblem(
  { members, required = [] }: ObjectShape,
  value: Readonly<Record<string, unknown>>,
  isStrict: boolean,
): string | undefined {
  const missing = required.find((name) => isStrict && !Object.hasOwn(value, name));
  if (missing !== undefined) return `Required field '${missing}' is missing`;
  for (const [name, shape] of Object.entries(members)) {
    const problem = Object.hasOwn(value, name)
      ? valueProblem(name, shape, value[name], isStrict)
      : undefined;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function valueProblem(
  name: string,
  shape: ResponseShape,
  value: unknown,
  isStrict: boolean,
): string | undefined {
  const problem = (text: string): string => `Field '${name}' ${text}`;
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') return problem('must be a string');
      if (value.length < (shape.min ?? 0)) return problem('is smaller than the minimum length');
      if (shape.values?.includes(value) === false) return problem('is not an expected value');
      return undefined;
    case 'number': {
      const number = isExactNumber(value) ? toNumber(value) : undefined;
      if (number === undefined) return problem('must be a number');
      if (number < (shape.min ?? -Infinity)) return problem('is less than the minimum value');
      if (number > (shape.max ?? Infinity)) return problem('exceeds the maximum value');
      return undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : problem('must be a boolean');
    case 'array':
      if (!Array.isArray(value)) return problem('must be an array');
      return value
        .map((item) => valueProblem(name, shape.items, item, isStrict))
        .find((found) => found !== undefined);
    case 'object':
      return isRecord(value) ? objectProblem(shape, value, isStrict) : problem('must be an object');
  }
}
