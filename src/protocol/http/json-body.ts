import * as v from 'valibot';
import { ChatError, invalidRequest } from '#domain/errors.ts';

/** Parses a body as a JSON object. Throws `invalid_request` if it is not one. */
export function parseJsonObject(body: string): object {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new ChatError('invalid_request', 'The body must be JSON.', { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ChatError('invalid_request', 'The body must be a JSON object.');
  }
  return json;
}

/** Parses unknown input with a schema. Throws `invalid_request` for the first invalid field. */
export function parseWith<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'body';
  if (issue.expected === 'never') {
    const fields = fieldsAt(schema, path.split('.').slice(0, -1));
    const supported = fields.length === 0 ? '' : `; supported fields: ${fields.join(', ')}`;
    throw invalidRequest(path, `is not a field of this request${supported}`);
  }
  throw invalidRequest(path, issue.received === 'undefined' ? 'is required' : issue.message);
}

/** Returns the fields of the object at a path; none if the schema does not list them. */
function fieldsAt(schema: unknown, path: readonly string[]): readonly string[] {
  const inner = unwrapSchema(schema);
  if (!isObjectSchema(inner)) return [];
  const entries = Object.entries(inner.entries ?? {});
  const [name, ...rest] = path;
  if (name === undefined) return entries.map(([key]) => key);
  return fieldsAt(entries.find(([key]) => key === name)?.[1], rest);
}

/** Returns the schema inside `optional`, `nullable`, `notArray` and the like. */
function unwrapSchema(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if ('wrapped' in schema) return unwrapSchema(schema.wrapped);
  if (isObjectSchema(schema) || !('pipe' in schema) || !Array.isArray(schema.pipe)) return schema;
  const parts: readonly unknown[] = schema.pipe;
  return parts.find(isObjectSchema);
}

function isObjectSchema(schema: unknown): schema is { readonly entries: unknown } {
  return typeof schema === 'object' && schema !== null && 'entries' in schema;
}
