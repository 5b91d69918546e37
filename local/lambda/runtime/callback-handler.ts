import { format } from 'node:util';
import type { Handler } from './load-handler.ts';

/**
 * Runs a handler as the runtimes before Node 24 do: it may return a promise, or call back, and
 * then its result is sent once nothing is left to do, unless the context says otherwise. A
 * handler that does neither gives null when nothing is left to do.
 */
export async function callWithCallback(
  call: Handler,
  event: unknown,
  context: Record<string, unknown>,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  let atEnd = (): void => resolve(null);
  const onNothingLeft = (): void => atEnd();
  process.once('beforeExit', onNothingLeft);
  const settle = (error: unknown, result: unknown): void => {
    if (error === undefined || error === null) resolve(result);
    else reject(error instanceof Error ? error : new Error(format(error)));
  };
  const full: Record<string, unknown> = {
    ...context,
    callbackWaitsForEmptyEventLoop: true,
    done: settle,
    succeed: (result: unknown) => settle(null, result),
    fail: (error: unknown) => settle(error ?? 'handled', undefined),
  };
  const callback = (error?: unknown, result?: unknown): void => {
    if (full['callbackWaitsForEmptyEventLoop'] === false) setImmediate(settle, error, result);
    else atEnd = () => settle(error, result);
  };
  try {
    const returned = call(event, full, callback);
    if (isThenable(returned)) resolve(returned);
    return await promise;
  } finally {
    process.off('beforeExit', onNothingLeft);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
  );
}
