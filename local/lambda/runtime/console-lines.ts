import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';

const requestIds = new AsyncLocalStorage<string>();

/** Runs an invocation and adds its request id to its log lines. */
export function withRequestId<Result>(
  requestId: string,
  run: () => Promise<Result>,
): Promise<Result> {
  return requestIds.run(requestId, run);
}

/** Returns the request id of the current invocation, if there is one. */
export const currentRequestId = (): string | undefined => requestIds.getStore();

/** The levels of log lines, the least severe first. */
export const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof levels)[number];

/** The level of each method of `console`. */
export const consoleMethods = {
  log: 'INFO',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const;

/**
 * Makes `console` write Lambda's log lines: tab-separated text, or JSON if the function asks for
 * it.
 */
export function installConsole(): void {
  const { AWS_LAMBDA_LOG_FORMAT: logFormat, AWS_LAMBDA_LOG_LEVEL: minLevel = 'TRACE' } =
    process.env;
  const isJson = logFormat?.toUpperCase() === 'JSON';
  const minIndex = levels.findIndex((level) => level === minLevel.toUpperCase());
  for (const [method, level] of Object.entries(consoleMethods)) {
    Reflect.set(console, method, (...args: unknown[]) => {
      if (isJson && levels.indexOf(level) < minIndex) return;
      process.stdout.write(`${isJson ? ownJsonLine(level, args) : textLine(level, args)}\n`);
    });
  }
}

/** A line feed would end the log line, so it is replaced by a carriage return. */
function textLine(level: Level, args: readonly unknown[]): string {
  const message = format(...args).replaceAll('\n', '\r');
  return `${new Date().toISOString()}\t${requestIds.getStore()}\t${level}\t${message}`;
}

function ownJsonLine(level: Level, args: readonly unknown[]): string {
  const timestamp = new Date().toISOString();
  return jsonLine({ timestamp, level, requestId: requestIds.getStore() }, args);
}

/**
 * Returns a log line in JSON: some fields and the message. A single object stays an object. The
 * fields of an error are added to the message.
 */
export function jsonLine(line: object, args: readonly unknown[]): string {
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
    // Values that JSON cannot represent, such as circular references, are formatted as text.
    return JSON.stringify({ ...line, message: format(...args), ...details });
  }
}
