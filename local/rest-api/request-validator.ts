import { Ajv } from 'ajv';
import AjvDraft04 from 'ajv-draft-04';
import type { MethodDefinition } from '#local/rest-api/definition/api-definition.ts';
import { runWithin } from '#local/process/run-within.ts';
import type { Json } from '#local/template/json.ts';
import { asText } from '#local/wire/shape.ts';

/** The parts of a request that are validated. */
export interface RequestParts {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Buffer;
}

export type ValidationProblem =
  | { readonly type: 'parameters'; readonly missing: readonly string[] }
  | { readonly type: 'body' };

/**
 * Validates a request by its method's validator. Returns the problem, or `undefined` if it is
 * valid.
 */
export function validateRequest(
  { requiredParameters, bodySchemas }: MethodDefinition,
  request: RequestParts,
): ValidationProblem | undefined {
  const missing = requiredParameters.filter((parameter) => !hasParameter(parameter, request));
  const names = missing.map((parameter) => parameter.split('.').slice(3).join('.'));
  if (names.length > 0) return { type: 'parameters', missing: names };
  const schema = bodySchemas.get(request.contentType) ?? bodySchemas.get('$default');
  if (schema === undefined || isValid(schema, request.body)) return undefined;
  return { type: 'body' };
}

function hasParameter(
  parameter: string,
  { headers, query, pathParameters }: RequestParts,
): boolean {
  const [, , place, ...rest] = parameter.split('.');
  const name = rest.join('.');
  if (place === 'querystring') return (query.get(name) ?? '').trim() !== '';
  if (place === 'path') return Object.hasOwn(pathParameters, name);
  return (asText(headers[name.toLowerCase()]) ?? '').trim() !== '';
}

type Validate = (value: unknown) => boolean;

const compiled = new WeakMap<Json, Validate>();

/** Whether a body matches a schema. API Gateway's models use JSON schema draft 4. */
function isValid(schema: Json, body: Buffer): boolean {
  const validate = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, validate);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return runWithin('The model', () => validate(value));
  } catch {
    return false;
  }
}

function compile(schema: Json): Validate {
  const options = { strict: false, logger: false, validateFormats: false } as const;
  const isDraft4 = (asText(schema['$schema']) ?? 'draft-04').includes('draft-04');
  const { $schema: _, ...plain } = schema;
  const validate = (isDraft4 ? new AjvDraft04.default(options) : new Ajv(options)).compile(plain);
  return (value) => validate(value);
}
