import type { MetricValues } from '#domain/metrics/metric-names.ts';
import { addSubject } from '#api/log/log-names.ts';
import { toMetricMembers } from '#api/log/metric-line.ts';

/**
 * The fields of a log line, beside those of `log-names.ts`. Nothing else is logged, and never the
 * text of a conversation or an id of an owner or a conversation.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly turnId?: string;
  /** In place of the route of the request, which may be the root of a Function URL. */
  readonly route?: string;
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

/** Writes a log line of level INFO, which also publishes metrics if there are any. */
export function logInfo(message: string, fields: LogFields, metrics: MetricValues = {}): void {
  write({ level: 'INFO', message, fields, metrics });
}

/** Writes a log line of level ERROR, which also publishes metrics if there are any. */
export function logError(message: string, fields: LogFields, metrics: MetricValues = {}): void {
  write({ level: 'ERROR', message, fields, metrics });
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

interface LogLine {
  readonly level: 'INFO' | 'ERROR';
  readonly message: string;
  readonly fields: LogFields;
  readonly metrics: MetricValues;
}

function write({ level, message, fields, metrics }: LogLine): void {
  const now = new Date();
  const timestamp = now.toISOString();
  const members = toMetricMembers(metrics, fields, now.getTime());
  const minLevel = levelBelow(level);
  if (minLevel === undefined) {
    addSubject((subject) =>
      print({ timestamp, level, message, ...subject, ...fields, ...members }),
    );
  } else if ('_aws' in members) {
    // Metrics are published at every level. Lambda drops lines that are below the function's.
    print({ timestamp, level: minLevel, message: 'metrics', ...members });
  }
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Returns the least severe level that is logged, if a line is below it. Lambda sets the variable of
 * functions that log in JSON.
 */
function levelBelow(level: LogLine['level']): string | undefined {
  const { AWS_LAMBDA_LOG_LEVEL: minLevel = 'TRACE' } = process.env;
  return levels.indexOf(level) < levels.indexOf(minLevel.toUpperCase()) ? minLevel : undefined;
}
