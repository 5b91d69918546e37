import * as v from 'valibot';
import { ChatError } from '#domain/errors.ts';

/** The JSON object a body holds. Throws `invalid_request` where it holds none. */
export function parseJsonObject(body: string): object {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new ChatError('invalid_request', 'The body must be JSON.', { cause: error });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalid('The body must be a JSON object.');
  }
  return json;
}

/** The value a schema makes of unknown input, or `invalid_request` for its first fault. */
export function parseWith<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? 'body';
  if (issue.expected === 'never') {
    const known = fieldsAt(schema, path.split('.').slice(0, -1));
    const others = known.length === 0 ? '' : `; there are ${known.join(', ')}`;
    throw invalid(`${path}: is not a field of this request${others}`);
  }
  throw invalid(`${path}: ${issue.received === 'undefined' ? 'is required' : issue.message}`);
}

/** The fields that an object at a path may have; none where that cannot be told. */
function fieldsAt(schema: unknown, path: readonly string[]): readonly string[] {
  const inner = wrappedIn(schema);
  if (typeof inner !== 'object' || inner === null || !('entries' in inner)) return [];
  const entries = Object.entries(inner.entries ?? {});
  const [name, ...rest] = path;
  if (name === undefined) return entries.map(([key]) => key);
  return fieldsAt(entries.find(([key]) => key === name)?.[1], rest);
}

function wrappedIn(schema: unknown): unknown {
  const isWrapper = typeof schema === 'object' && schema !== null && 'wrapped' in schema;
  return isWrapper ? wrappedIn(schema.wrapped) : schema;
}

export function invalid(message: string): ChatError {
  return new ChatError('invalid_request', message);
}
