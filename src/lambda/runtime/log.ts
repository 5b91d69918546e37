import { addSubject } from '#lambda/runtime/log-names.ts';

/**
 * The fields of a log line, beside those of `log-names.ts`. Nothing else is logged, and never the
 * text of a conversation or an id of an owner or a conversation.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly turnId?: string;
  readonly model?: string;
  readonly code?: string;
  readonly stopReason?: string;
  readonly ttftMs?: number;
  readonly durationMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cause?: string;
  /** The status of a response. */
  readonly status?: number;
  /** What a queue does with a message. */
  readonly outcome?: string;
}

/** Writes a log line of level INFO. */
export function logInfo(message: string, fields: LogFields): void {
  write('INFO', message, fields);
}

/** Writes a log line of level ERROR. */
export function logError(message: string, fields: LogFields): void {
  write('ERROR', message, fields);
}

/** Returns a function that logs the end of a request, and how long it took from now on. */
export function startRequestLog(requestId: string): (status: number) => void {
  const durationMs = startTimer();
  return (status) => logInfo('request answered', { requestId, status, durationMs: durationMs() });
}

/** Returns a function that returns the milliseconds from now on. */
export function startTimer(): () => number {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
}

/** Returns an error and its causes, down to the first, on one line. */
export function describeCause(error: Error): string {
  const chain: string[] = [];
  for (
    let cause: unknown = error;
    cause instanceof Error && chain.length < 5;
    cause = cause.cause
  ) {
    // JSON.parse quotes the text that it could not parse.
    const isQuoting = cause instanceof SyntaxError;
    chain.push(isQuoting ? cause.name : `${cause.name}: ${cause.message}`);
  }
  return chain.join(' <- ');
}

function write(level: string, message: string, fields: LogFields): void {
  const timestamp = new Date().toISOString();
  addSubject((subject) => {
    const line = { timestamp, level, message, ...fields, ...subject };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
}
