import type { Answer, Invocation } from '#api/http/http.ts';
import { describeCause, logError } from '#api/log/log.ts';
import { createTraces, type Traces, type TraceSettings } from '#api/tracing/traces.ts';

interface FunctionKind {
  /** Whether the function answers in one piece: it cannot work after its answer. */
  readonly isBuffered?: boolean;
}

/** Returns the traces of a function; undefined without settings: then nothing is traced. */
export function openTraces(
  settings: TraceSettings | undefined,
  { isBuffered = false }: FunctionKind = {},
): Traces | undefined {
  if (settings === undefined) return undefined;
  return createTraces(settings, { isFrozenAfterwards: isBuffered, onDropped });
}

function onDropped(error: unknown): void {
  const cause = error instanceof Error ? describeCause(error) : String(error);
  logError('traces dropped', { cause });
}

/** Returns an answer whose turns are traced, and exported once the answer was sent. */
export function traced(traces: Traces | undefined, answer: Answer): Answer {
  if (traces === undefined) return answer;
  return (request, invocation) =>
    answer(request, tracedInvocation(traces, invocation, request.headers));
}

/** The end of the invocation that remains after an export, for Lambda's own work. */
const marginMs = 100;

/** Returns the invocation with traces. The headers may name the trace of the caller. */
export function tracedInvocation(
  traces: Traces | undefined,
  invocation: Invocation,
  headers: Readonly<Record<string, string>> = {},
): Invocation {
  const opened = traces?.open(headers);
  if (opened === undefined) return invocation;
  invocation.afterAnswer?.(() => opened.export(invocation.endsAtMs - Date.now() - marginMs));
  return { ...invocation, traces: opened };
}
