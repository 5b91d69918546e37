import { createHash, randomUUID } from 'node:crypto';
import { hash } from '#local/step-functions/expressions/hash.ts';
import jsonata from 'jsonata';
import {
  extractExpression,
  errorMessage,
} from '#local/step-functions/definition/check-expressions.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { isRecord } from '#local/wire/shape.ts';

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
 * result is never evaluated again. Throws a `StatesError` if an expression fails.
 */
export async function evaluateAll(value: unknown, scope: ExpressionScope): Promise<unknown> {
  if (typeof value === 'string') {
    const source = extractExpression(value);
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
  const bindings = { ...Object.fromEntries(variables), ...addedFunctions, states };
  let value: unknown;
  try {
    value = await evaluateWithLimits(source, bindings);
  } catch (error) {
    throw evaluationError(
      `The JSONata expression '${source.trim()}' failed: ${errorMessage(error)}`,
    );
  }
  if (value === undefined) {
    throw evaluationError(
      `The JSONata expression '${source.trim()}' returned nothing (undefined).`,
    );
  }
  // JSONata marks its arrays with extra properties, which a copy as JSON does not have.
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** How long an expression may take, and how long the host waits for it before it does other work. */
const limits = { totalMs: 2_000, shareMs: 20 };

/** JSONata awaits the function under this name before each step of an evaluation. */
const stepHook = Symbol.for('jsonata.__evaluate_entry');

/** Evaluates an expression. Throws if it takes too long, as one that recurs endlessly does. */
async function evaluateWithLimits(
  source: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  let workedMs = 0;
  let shareStart = performance.now();
  const onStep = async (): Promise<void> => {
    const share = performance.now() - shareStart;
    if (share < limits.shareMs) return;
    workedMs += share;
    if (workedMs > limits.totalMs) throw new Error('it takes too long');
    await new Promise(setImmediate);
    shareStart = performance.now();
  };
  const expression = jsonata(source);
  Reflect.apply(expression.assign, expression, [stepHook, onStep]);
  return expression.evaluate({}, bindings);
}

function evaluationError(cause: string): StatesError {
  return new StatesError('States.QueryEvaluationError', cause);
}

/** The functions that Step Functions adds to JSONata. */
const addedFunctions = {
  partition: (items: readonly unknown[], size: number) =>
    Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    ),
  range,
  hash,
  random: (seed?: number) => (seed === undefined ? Math.random() : seededRandom(seed)),
  uuid: () => randomUUID(),
  parse: (text: string): unknown => JSON.parse(text),
  eval: () => {
    throw new Error('$eval is not supported');
  },
};

/** Returns at most a thousand items, as `States.ArrayRange` does. */
function range(first: number, last: number, by: number): readonly number[] {
  const length = Math.floor((last - first) / by) + 1;
  if (length > 1000) throw new Error('$range returns at most 1000 items');
  return Array.from({ length: Math.max(0, length) }, (_, index) => first + index * by);
}

/** Returns a number from 0 to 1 that is always the same for a seed. */
function seededRandom(seed: number): number {
  const digest = createHash('sha256').update(String(seed)).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
