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

/** The request id of the invocation that runs. */
export const currentRequestId = (): string | undefined => requestIds.getStore();

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof levels)[number];

const methods = {
  log: 'INFO',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const;

/** Makes `console` write Lambda's lines: text parted by tabs, or JSON where the function wants it. */
export function installConsole(): void {
  const { AWS_LAMBDA_LOG_FORMAT: wanted, AWS_LAMBDA_LOG_LEVEL: least = 'TRACE' } = process.env;
  const isJson = wanted?.toUpperCase() === 'JSON';
  const lowest = levels.findIndex((level) => level === least.toUpperCase());
  for (const [method, level] of Object.entries(methods)) {
    Reflect.set(console, method, (...args: unknown[]) => {
      if (isJson && levels.indexOf(level) < lowest) return;
      process.stdout.write(`${isJson ? jsonLine(level, args) : textLine(level, args)}\n`);
    });
  }
}

/** A line feed would end the line, so a carriage return stands for it. */
function textLine(level: Level, args: readonly unknown[]): string {
  const message = format(...args).replaceAll('\n', '\r');
  return `${new Date().toISOString()}\t${requestIds.getStore()}\t${level}\t${message}`;
}

/** One object stays an object, and an error is told apart from the words around it. */
function jsonLine(level: Level, args: readonly unknown[]): string {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    requestId: requestIds.getStore(),
  };
  const [only] = args;
  const isObject = args.length === 1 && typeof only === 'object' && only !== null;
  const error = args.find((argument) => argument instanceof Error);
  const message = isObject && error === undefined ? only : format(...args);
  const details =
    error === undefined
      ? {}
      : {
          errorType: error.name,
          errorMessage: error.message,
          stackTrace: (error.stack ?? '').split('\n'),
        };
  try {
    return JSON.stringify({ ...line, message, ...details });
  } catch {
    // What cannot be told in JSON, such as a circle, is told as text.
    return JSON.stringify({ ...line, message: format(...args), ...details });
  }
}
