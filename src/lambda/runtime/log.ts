/** The fields of a log line. Nothing else is logged, and never the text of a conversation. */
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
}

/** Writes a log line of level INFO. */
export function logInfo(message: string, fields: LogFields): void {
  write('INFO', message, fields);
}

/** Writes a log line of level ERROR. */
export function logError(message: string, fields: LogFields): void {
  write('ERROR', message, fields);
}

/** Returns an error and its causes, down to the first, on one line. */
export function describeCause(error: Error): string {
  const chain: string[] = [];
  for (
    let cause: unknown = error;
    cause instanceof Error && chain.length < 5;
    cause = cause.cause
  ) {
    chain.push(`${cause.name}: ${cause.message}`);
  }
  return chain.join(' <- ');
}

function write(level: string, message: string, fields: LogFields): void {
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields })}\n`,
  );
}
