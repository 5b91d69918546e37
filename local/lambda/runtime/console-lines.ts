import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';

const requestIds = new AsyncLocalStorage<string>();

/** Runs an invocation so that what it logs carries its request id. */
export function withRequestId<Result>(
  requestId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  return requestIds.run(requestId, run);
}

/** Makes `console` write Lambda's text lines: time, request id, level, message, by tabs. */
export function installConsole(): void {
  const levels = {
    log: 'INFO',
    debug: 'DEBUG',
    info: 'INFO',
    warn: 'WARN',
    error: 'ERROR',
    trace: 'TRACE',
  };
  for (const [method, level] of Object.entries(levels)) {
    Reflect.set(console, method, (...args: unknown[]) => {
      const id = requestIds.getStore() ?? 'undefined';
      const message = format(...args).replaceAll('\n', '\r');
      process.stdout.write(`${new Date().toISOString()}\t${id}\t${level}\t${message}\n`);
    });
  }
}
