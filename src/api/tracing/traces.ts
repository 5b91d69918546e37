import { createOtlpSender, type Collector } from '#api/tracing/otlp-sender.ts';
import { toOtlpJson, type TracedSpans } from '#api/tracing/otlp-json.ts';
import { openTrace, type Attributes, type Trace } from '#api/tracing/span.ts';
import { readTraceParent } from '#api/tracing/trace-parent.ts';

export interface TraceSettings extends Collector {
  /** The share of traces that are exported. Traces with an error always are. */
  readonly ratio: number;
  /** What the function is. */
  readonly resource: Attributes;
}

/** The traces of a function. */
export interface Traces {
  /** Begins to record an invocation, in the trace of its caller if the headers name one. */
  open(headers: Readonly<Record<string, string>>): InvocationTraces;
}

/** The traces of the turns of one invocation. */
export interface InvocationTraces {
  /** Returns the trace of a new turn. */
  begin(): Trace;
  /** Adds a turn, whose spans are read when the answer has ended. */
  add(turn: TracedTurn): void;
  /** Exports the turns, within `maxMs`. Never rejects: what cannot be sent is dropped. */
  export(maxMs: number): Promise<void>;
}

export interface TracedTurn {
  /** Returns the spans of the turn, once their attributes are known or the signal is aborted. */
  spans(signal: AbortSignal): Promise<TracedSpans>;
}

export interface TraceOptions {
  /**
   * Whether the function is frozen when its answer is sent, so that an export may not arrive. It is
   * repeated once, at the next invocation.
   */
  readonly isFrozenAfterwards?: boolean | undefined;
  /** Called when traces are dropped. */
  onDropped(error: unknown): void;
}

/** Returns the traces of a function, which are exported to a collector. */
export function createTraces(
  { ratio, resource, ...collector }: TraceSettings,
  { isFrozenAfterwards = false, onDropped }: TraceOptions,
): Traces {
  const send = createOtlpSender(collector);
  const unsent: string[] = [];
  const sendOr = async (
    json: string,
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
  ): Promise<void> => {
    try {
      await send(json, signal);
    } catch (error) {
      onFailure(error);
    }
  };
  return {
    open(headers) {
      const parent = readTraceParent(headers);
      const turns: TracedTurn[] = [];
      for (const json of unsent.splice(0)) {
        void sendOr(json, AbortSignal.timeout(maxExportMs), onDropped);
      }
      return {
        begin: () => openTrace(parent, ratio),
        add: (turn) => turns.push(turn),
        async export(maxMs) {
          if (turns.length === 0) return;
          const signal = AbortSignal.timeout(Math.max(0, Math.min(maxMs, maxExportMs)));
          const traced = await Promise.all(turns.map((turn) => turn.spans(signal)));
          const exported = traced.filter(isExported);
          if (exported.length === 0) return;
          const json = toOtlpJson(resource, exported);
          await sendOr(json, signal, isFrozenAfterwards ? () => unsent.push(json) : onDropped);
        },
      };
    },
  };
}

/** The longest time that an export takes, in milliseconds. */
const maxExportMs = 300;

function isExported({ trace, spans }: TracedSpans): boolean {
  return trace.isSampled || spans.some(({ hasFailed }) => hasFailed);
}
