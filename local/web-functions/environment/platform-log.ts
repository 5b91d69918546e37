import type { WebLoggingConfig } from '#local/web-functions/definition/web-function-definition.ts';
import { levels } from '#local/lambda/runtime/console-lines.ts';
import { isRecord } from '#local/wire/shape.ts';

/** How a request or the start of an environment ended. */
export type Outcome =
  | { readonly status: 'success' }
  | { readonly status: 'timeout' }
  | { readonly status: 'failure'; readonly errorType?: string };

/** Writes Lambda's own lines about an environment, and what the code prints. */
export interface PlatformLog {
  initStart(): void;
  initReport(outcome: Outcome, durationMs: number): void;
  invokeStart(request: RequestIdentity): void;
  invokeSummary(request: RequestIdentity, outcome: Outcome, durationMs: number): void;
  /** A line about what went wrong, as if the code had printed it. */
  error(message: string): void;
  /** A line that the code has printed. */
  printed(line: string): void;
}

/** What identifies a request in the lines about it. */
export interface RequestIdentity {
  readonly requestId: string;
  readonly endpointName: string;
}

/** Creates the log of an environment. Its lines are JSON, those of `console` already. */
export function createPlatformLog(
  { applicationLevel, systemLevel }: WebLoggingConfig,
  region: string,
  write: (line: string) => void,
): PlatformLog {
  const initializationType = 'native-http';
  const event = (type: string, level: 'INFO' | 'WARN', record: object): void => {
    if (systemLevel === 'WARN' && level === 'INFO') return;
    write(JSON.stringify({ timestamp: timestamp(), level, type: `platform.${type}`, record }));
  };
  const line = (level: string, message: string): void => {
    if (isBelow(level, applicationLevel)) return;
    write(JSON.stringify({ timestamp: timestamp(), level, message, region }));
  };
  return {
    initStart: () => event('initStart', 'INFO', { initializationType }),
    initReport: (outcome, durationMs) =>
      event('initReport', levelOf(outcome), {
        initializationType,
        ...outcome,
        metrics: { durationMs: round(durationMs) },
      }),
    invokeStart: (request) => event('invokeStart', 'INFO', request),
    invokeSummary: (request, outcome, durationMs) =>
      event('invokeSummary', levelOf(outcome), {
        ...request,
        ...outcome,
        metrics: { durationMs: round(durationMs) },
      }),
    error: (message) => line('ERROR', message),
    printed(text) {
      const record = text.startsWith('{') ? parse(text) : undefined;
      if (!isRecord(record)) line('INFO', text);
      else if (!isBelow(record['level'], applicationLevel)) write(text);
    },
  };
}

function timestamp(): string {
  return new Date().toISOString();
}

function levelOf({ status }: Outcome): 'INFO' | 'WARN' {
  return status === 'success' ? 'INFO' : 'WARN';
}

function isBelow(level: unknown, least: string): boolean {
  const names: readonly string[] = levels;
  const index = names.indexOf(String(level).toUpperCase());
  return index !== -1 && index < names.indexOf(least);
}

function round(ms: number): number {
  return Number(ms.toFixed(3));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
