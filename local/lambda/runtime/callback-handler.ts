import { format } from 'node:util';
import type { Handler } from './load-handler.ts';

/**
 * Runs a handler as the runtimes before Node 24 do. The handler may return a promise or call the
 * callback. The callback's result is returned once the event loop is empty, or at once if
 * `callbackWaitsForEmptyEventLoop` is false. If the handler does neither, the result is null once
 * the event loop is empty.
 */
export async function callWithCallback(
  call: Handler,
  event: unknown,
  context: Record<string, unknown>,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  let settleWhenEmpty = (): void => resolve(null);
  const onBeforeExit = (): void => settleWhenEmpty();
  process.once('beforeExit', onBeforeExit);
  const settle = (error: unknown, result: unknown): void => {
    if (error === undefined || error === null) resolve(result);
    else reject(error instanceof Error ? error : new Error(format(error)));
  };
  const fullContext: Record<string, unknown> = {
    ...context,
    callbackWaitsForEmptyEventLoop: true,
    done: settle,
    succeed: (result: unknown) => settle(null, result),
    fail: (error: unknown) => settle(error ?? 'handled', undefined),
  };
  const callback = (error?: unknown, result?: unknown): void => {
    if (fullContext['callbackWaitsForEmptyEventLoop'] === false)
      setImmediate(settle, error, result);
    else settleWhenEmpty = () => settle(error, result);
  };
  try {
    const returned = call(event, fullContext, callback);
    if (isThenable(returned)) resolve(returned);
    return await promise;
  } finally {
    process.off('beforeExit', onBeforeExit);
  }
}

/** Whether a value can be awaited like a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
  );
}
