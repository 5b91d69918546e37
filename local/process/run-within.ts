import { createContext, Script } from 'node:vm';
import { isRecord } from '#local/wire/shape.ts';

/** Thrown when work has taken too long. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

const context = createContext({});
const script = new Script('run()');

const limitMs = 1000;

/**
 * Runs a regular expression or a template that comes from a user, and returns its result. Throws a
 * `TimeLimitError` after a second, because nothing else happens in the host meanwhile. The work can
 * end anywhere, so it must change nothing.
 */
export function runWithin<Result>(what: string, run: () => Result): Result {
  let result: { readonly value: Result } | undefined;
  context['run'] = () => {
    result = { value: run() };
  };
  try {
    script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if (!isRecord(error) || error['code'] !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TimeLimitError(`${what} takes longer than ${limitMs} ms`, { cause: error });
  }
  if (result === undefined) throw new TimeLimitError(`${what} has no result`);
  return result.value;
}
