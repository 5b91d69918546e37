import type { LoggingConfig } from '#local/lambda/definition/function-definition.ts';

/** How an invocation or an init phase ended. */
export type Status =
  | { readonly type: 'success' }
  | { readonly type: 'timeout' }
  | { readonly type: 'error'; readonly errorType: string };

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Duration of the init phase; only on the first invocation of an environment. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly peakMb: number;
  readonly status: Status;
}

export interface InitReport {
  readonly phase: 'init' | 'invoke';
  readonly initMs: number;
  readonly status: Status;
}

/** Writes Lambda's own lines into a function's log, as text or JSON. */
export interface EnvironmentLog {
  start(requestId: string): void;
  timedOut(requestId: string, timeoutMs: number): void;
  report(report: Report): void;
  initReport(report: InitReport): void;
}

/** Creates the log of an environment in the function's log format. */
export function createEnvironmentLog(
  { format, systemLevel }: LoggingConfig,
  write: (line: string) => void,
): EnvironmentLog {
  return format === 'Text' ? textLog(write) : jsonLog(write, systemLevel !== 'WARN');
}

function textLog(write: (line: string) => void): EnvironmentLog {
  return {
    start: (requestId) => write(`START RequestId: ${requestId} Version: $LATEST`),
    timedOut(requestId, timeoutMs) {
      const seconds = (timeoutMs / 1000).toFixed(2);
      write(`${new Date().toISOString()} ${requestId} Task timed out after ${seconds} seconds`);
    },
    report(report) {
      write(`END RequestId: ${report.requestId}`);
      write(reportLine(report));
    },
    initReport({ phase, initMs, status }) {
      const fields = [`INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms`, `Phase: ${phase}`];
      write([...fields, ...statusFields(status)].join('\t'));
    },
  };
}

/** Lambda's REPORT line. The billed duration includes the init phase, as since August 2025. */
function reportLine(report: Report): string {
  const { requestId, durationMs, initMs, memoryMb, peakMb, status } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${peakMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...statusFields(status),
  ];
  return `${fields.join('\t')}\t`;
}

function statusFields(status: Status): readonly string[] {
  if (status.type === 'success') return [];
  const type = status.type === 'error' ? [`Error Type: ${status.errorType}`] : [];
  return [`Status: ${status.type}`, ...type];
}

/**
 * Writes the platform events of Lambda's JSON format. Without `logsInfo`, only failures are logged.
 */
function jsonLog(write: (line: string) => void, logsInfo: boolean): EnvironmentLog {
  const event = (type: string, record: object): void =>
    write(JSON.stringify({ time: new Date().toISOString(), type: `platform.${type}`, record }));
  return {
    start(requestId) {
      if (logsInfo) event('start', { requestId, version: '$LATEST' });
    },
    timedOut: () => undefined,
    report({ requestId, durationMs, initMs, memoryMb, peakMb, status }) {
      if (!logsInfo && status.type === 'success') return;
      const metrics = {
        durationMs: Number(durationMs.toFixed(3)),
        billedDurationMs: Math.ceil(durationMs + (initMs ?? 0)),
        memorySizeMB: memoryMb,
        maxMemoryUsedMB: peakMb,
        ...(initMs === undefined ? {} : { initDurationMs: Number(initMs.toFixed(3)) }),
      };
      event('report', { requestId, metrics, ...statusRecord(status) });
    },
    initReport({ phase, initMs, status }) {
      const metrics = { durationMs: Number(initMs.toFixed(3)) };
      const initializationType = 'on-demand';
      event('initReport', { initializationType, phase, ...statusRecord(status), metrics });
    },
  };
}

function statusRecord(status: Status): object {
  const type = status.type === 'error' ? { errorType: status.errorType } : {};
  return { status: status.type, ...type };
}
