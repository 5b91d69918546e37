import { randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import { hash } from '#local/step-functions/expressions/hash.ts';
import { javaRandom } from '#local/step-functions/expressions/java-random.ts';

/**
 * Returns the result of a JSONata expression, with the functions and the bounds of Step Functions.
 * Throws JSONata's error, which is a plain object with a code, or an `Error` if a bound is reached.
 */
export async function evaluateJsonata(
  source: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const expression = jsonata(source);
  for (const [name, run, signature] of addedFunctions) {
    expression.registerFunction(name, run, signature);
  }
  const { onEntry, onExit } = createBounds();
  // JSONata awaits the functions under these names around each step of an evaluation.
  Reflect.apply(expression.assign, expression, [Symbol.for('jsonata.__evaluate_entry'), onEntry]);
  Reflect.apply(expression.assign, expression, [Symbol.for('jsonata.__evaluate_exit'), onExit]);
  return expression.evaluate({}, { ...bindings, eval: undefined });
}

/**
 * How long an expression may take, and how long the host waits for it before it does other work; how
 * deep expressions nest; and the largest value, in which a number counts as eight bytes.
 */
const limits = { totalMs: 2_000, shareMs: 20, depth: 100, bytes: 6_990_256, rangeItems: 360_145 };

const memoryMessage =
  'Expression evaluation memory limit exceeded: Check for excessive memory usage';

interface Bounds {
  onEntry(): Promise<void>;
  onExit(expression: unknown, input: unknown, environment: unknown, result: unknown): void;
}

/** Returns functions that throw when an evaluation takes too long, nests too deep or grows too large. */
function createBounds(): Bounds {
  let depth = 0;
  let workedMs = 0;
  let shareStart = performance.now();
  return {
    async onEntry() {
      depth += 1;
      if (depth > limits.depth) {
        throw new Error(
          `Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive. Depth=${depth} max=${limits.depth}`,
        );
      }
      const share = performance.now() - shareStart;
      if (share < limits.shareMs) return;
      workedMs += share;
      if (workedMs > limits.totalMs)
        throw new Error('Expression evaluation timeout: Check for infinite loop');
      await new Promise(setImmediate);
      shareStart = performance.now();
    },
    onExit(...[, , , result]) {
      depth -= 1;
      if (byteLength(result) > limits.bytes) throw new Error(memoryMessage);
    },
  };
}

function byteLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.length * 8 : 0;
}

type AddedFunction = Parameters<jsonata.Expression['registerFunction']>;

/** The functions that Step Functions adds to JSONata. A missing argument makes the result undefined. */
const addedFunctions: readonly AddedFunction[] = [
  ['partition', partition, '<an?:x>'],
  ['range', range, '<n?n?n?:x>'],
  [
    'hash',
    (value?: unknown, algorithm?: string) =>
      value === undefined || algorithm === undefined ? undefined : hash(value, algorithm),
    '<xs?:s>',
  ],
  ['random', (seed?: number) => (seed === undefined ? Math.random() : javaRandom(seed)), '<n?:n>'],
  ['uuid', () => randomUUID(), '<:s>'],
  ['parse', parse, '<s:x>'],
];

function partition(items?: readonly unknown[], chunkSize = 0): unknown {
  const size = Math.trunc(chunkSize);
  if (items === undefined || items.length === 0 || size === 0) return undefined;
  if (size < 0) throw new Error('The chunk size must be positive');
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Returns one number alone, as JSONata does with sequences of one item. */
function range(first?: number, last?: number, by?: number): unknown {
  if (first === undefined || last === undefined || by === undefined) return undefined;
  const [start, end, step] = [Math.trunc(first), Math.trunc(last), Math.trunc(by)];
  const length = step === 0 ? 0 : Math.floor((end - start) / step) + 1;
  if (length < 1) return undefined;
  if (length > limits.rangeItems) throw new Error(memoryMessage);
  const items = Array.from({ length }, (_, index) => start + index * step);
  return length === 1 ? items[0] : items;
}

function parse(text?: string): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw Object.assign(new Error(`Invalid JSON: ${text}`), { code: 'D3137' });
  }
}
