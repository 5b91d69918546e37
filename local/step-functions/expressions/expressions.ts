import {
  errorMessage,
  extractExpression,
} from '#local/step-functions/definition/check-expressions.ts';
import { evaluateJsonata } from '#local/step-functions/expressions/evaluate-jsonata.ts';
import { queryError } from '#local/step-functions/expressions/evaluation-error.ts';
import { toPlainNumbers } from '#local/step-functions/expressions/state-json.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** What JSONata expressions can refer to: `$states` and the variables. */
export interface ExpressionScope {
  readonly states: {
    readonly input: unknown;
    readonly context: unknown;
    readonly result?: unknown;
    readonly errorOutput?: unknown;
  };
  readonly variables: ReadonlyMap<string, unknown>;
}

/**
 * Returns a value in which every expression between `{%` and `%}` is replaced with its result. A
 * result is never evaluated again. `field` is the name of the value in its state. Throws an
 * `EvaluationError` if an expression fails.
 */
export async function evaluateAll(
  value: unknown,
  scope: ExpressionScope,
  field: string,
): Promise<unknown> {
  return evaluateWithin(value, toBindings(scope), field);
}

type Bindings = Readonly<Record<string, unknown>>;

function toBindings({ states, variables }: ExpressionScope): () => Bindings {
  let bindings: Bindings | undefined;
  return () => {
    bindings ??= record(toPlainNumbers({ ...Object.fromEntries(variables), states }));
    return bindings;
  };
}

async function evaluateWithin(
  value: unknown,
  bindings: () => Bindings,
  field: string,
): Promise<unknown> {
  if (typeof value === 'string') {
    const source = extractExpression(value)?.trim();
    return source === undefined ? value : evaluateExpression(source, bindings(), field);
  }
  if (Array.isArray(value)) {
    return inOrder(value, (item, index) => evaluateWithin(item, bindings, `${field}[${index}]`));
  }
  if (!isRecord(value)) return value;
  const entries = await inOrder(
    Object.entries(value),
    async ([name, item]) =>
      [name, await evaluateWithin(item, bindings, `${field}/${name}`)] as const,
  );
  return Object.fromEntries(entries);
}

/** Maps one item after the other, so that the first error is that of the first field. */
async function inOrder<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) results.push(await map(item, index));
  return results;
}

async function evaluateExpression(
  source: string,
  bindings: Bindings,
  field: string,
): Promise<unknown> {
  const subject = `The JSONata expression '${source}' specified for the field '${field}'`;
  let value: unknown;
  try {
    value = await evaluateJsonata(source, bindings);
  } catch (error) {
    throw queryError(`${subject} threw an error during evaluation${explain(error)}`, field);
  }
  if (value === undefined) throw queryError(`${subject} returned nothing (undefined).`, field);
  if (isFunction(value)) throw queryError(`${subject} returned an unsupported result type.`, field);
  // JSONata marks its arrays with extra properties, which a copy as JSON does not have.
  return JSON.parse(JSON.stringify(value, nameInfinite)) as unknown;
}

/** JSONata's own errors have codes. */
function explain(error: unknown): string {
  const code = asText(record(error)['code']);
  return code === undefined ? `: ${errorMessage(error)}` : `. ${code}: ${errorMessage(error)}`;
}

function isFunction(value: unknown): boolean {
  const { _jsonata_lambda: isLambda, _jsonata_function: isNative } = record(value);
  return typeof value === 'function' || isLambda === true || isNative === true;
}

/** JSON has no infinite numbers: Step Functions writes their names. */
function nameInfinite(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** The names of types in errors of fields. */
type TypeName = 'array' | 'boolean' | 'number' | 'string';

/**
 * Returns the value of a field that must have one type. Throws an `EvaluationError` if the field is an
 * expression with another result.
 */
export async function evaluateTyped(
  value: unknown,
  type: TypeName,
  scope: ExpressionScope,
  field: string,
): Promise<unknown> {
  const result = await evaluateAll(value, scope, field);
  const actual = typeName(result);
  if (actual === type) return result;
  const source = (typeof value === 'string' ? extractExpression(value) : undefined)?.trim();
  throw queryError(
    source === undefined
      ? `The field '${field}' must be of type '${type}', but was '${actual}'`
      : `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${actual}' for value: ${JSON.stringify(result)}`,
    field,
  );
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
