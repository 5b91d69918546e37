import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import { expressionIn, messageOf } from '#local/step-functions/definition/check-expressions.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { isRecord } from '#local/wire/shape.ts';

/** What expressions in JSONata know: `$states` and the variables. */
export interface ExpressionScope {
  readonly states: {
    readonly input: unknown;
    readonly context: unknown;
    readonly result?: unknown;
    readonly errorOutput?: unknown;
  };
  readonly variables: ReadonlyMap<string, unknown>;
}

/** A value with every text between `{%` and `%}` evaluated; what comes in as data stays data. */
export async function evaluateAll(value: unknown, scope: ExpressionScope): Promise<unknown> {
  if (typeof value === 'string') {
    const source = expressionIn(value);
    return source === undefined ? value : evaluateExpression(source, scope);
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluateAll(item, scope)));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    async ([name, item]) => [name, await evaluateAll(item, scope)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function evaluateExpression(
  source: string,
  { states, variables }: ExpressionScope,
): Promise<unknown> {
  const bindings = { ...Object.fromEntries(variables), ...ownFunctions, states };
  let value: unknown;
  try {
    value = await jsonata(source).evaluate({}, bindings);
  } catch (error) {
    throw failure(`The JSONata expression '${source.trim()}' failed: ${messageOf(error)}`);
  }
  if (value === undefined) {
    throw failure(`The JSONata expression '${source.trim()}' returned nothing (undefined).`);
  }
  // A result must be JSON: JSONata's lists carry marks of their own.
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function failure(words: string): StatesError {
  return new StatesError('States.QueryEvaluationError', words);
}

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The functions that Step Functions adds to JSONata. */
const ownFunctions = {
  partition: (items: readonly unknown[], size: number) =>
    Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    ),
  range,
  hash: (value: unknown, algorithm: string) =>
    createHash(algorithms[algorithm] ?? algorithm)
      .update(typeof value === 'string' ? value : JSON.stringify(value))
      .digest('hex'),
  random: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
  uuid: () => randomUUID(),
  parse: (text: string): unknown => JSON.parse(text),
  eval: () => {
    throw new Error('$eval is not supported');
  },
};

/** As in `States.ArrayRange`, a thousand items at most. */
function range(first: number, last: number, by: number): readonly number[] {
  const length = Math.floor((last - first) / by) + 1;
  if (length > 1000) throw new Error('$range gives at most 1000 items');
  return Array.from({ length: Math.max(0, length) }, (_, index) => first + index * by);
}

/** A number from 0 to 1 that is always the same for a seed. */
function seeded(seed: number): number {
  const digest = createHash('sha256').update(String(seed)).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
