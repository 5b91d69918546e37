export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Present on the first invocation of an environment. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly peakMb: number;
}

/** Lambda's REPORT line. Since August 2025 the init phase is billed, too. */
export function reportLine({ requestId, durationMs, initMs, memoryMb, peakMb }: Report): string {
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${peakMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
  ];
  return `${fields.join('\t')}\t`;
}
