import type { MetricValues } from '#domain/metrics/metric-names.ts';
import type { OperationListener } from '#domain/operation/operation.ts';
import type { LogFields } from '#api/log/log.ts';
import { addSubject, type SubjectFields } from '#api/log/log-names.ts';
import {
  newSpanId,
  startTraceClock,
  type Attributes,
  type Span,
  type SpanEvent,
} from '#api/tracing/span.ts';
import type { InvocationTraces } from '#api/tracing/traces.ts';
import {
  firstChunk,
  provider,
  traceOperation,
  usageAttributes,
} from '#api/turn/trace-operation.ts';

/** The trace of a turn: a span for the turn, and one for each of its operations. */
export interface TurnTrace {
  readonly onOperation: NonNullable<OperationListener['onOperation']>;
  /**
   * Ends the span of the turn, with the fields and the metrics of its log line. Operations may end
   * later.
   */
  end(fields: LogFields, values: MetricValues): void;
}

/** A turn with more operations has the spans of the first ones. Its log is one a second. */
const maxSpans = 500;

/** Begins the trace of a turn, which is exported with its invocation. */
export function traceTurn(traces: InvocationTraces, requestedModel: string): TurnTrace {
  const trace = traces.begin();
  const nowMs = startTraceClock();
  const startMs = nowMs();
  const spanId = newSpanId();
  const operations: Span[] = [];
  let dropped = 0;
  let ending: TurnEnding | undefined;
  traces.add({
    async spans(signal) {
      const { fields = {}, values = {}, endMs = nowMs(), subject } = ending ?? {};
      const names = await Promise.race([subject, whenAborted(signal)]);
      const turn: Span = {
        ...describeTurn(fields),
        spanId,
        parentSpanId: trace.parentSpanId,
        startMs,
        endMs,
        events: firstToken(startMs, values),
        attributes: {
          'gen_ai.request.model': requestedModel,
          ...fieldAttributes(fields),
          ...valueAttributes(values),
          ...nameAttributes(names),
          'streambed.dropped_spans': dropped || undefined,
        },
      };
      return { trace, spans: [turn, ...operations] };
    },
  });
  const onSpan = (span: Span): void => {
    if (operations.length < maxSpans) operations.push(span);
    else dropped += 1;
  };
  return {
    onOperation: (operation) => traceOperation(operation, { parentSpanId: spanId, nowMs, onSpan }),
    end(fields, values) {
      const subject = Promise.withResolvers<SubjectFields>();
      addSubject(subject.resolve);
      ending = { fields, values, endMs: nowMs(), subject: subject.promise };
    },
  };
}

interface TurnEnding {
  readonly fields: LogFields;
  readonly values: MetricValues;
  readonly endMs: number;
  /** The names of owner and conversation in logs. They need a secret, which may have to be read. */
  readonly subject: Promise<SubjectFields>;
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** A task has no caller who waits: it is taken from a queue. */
function describeTurn({ route, code }: LogFields): Pick<Span, 'name' | 'kind' | 'hasFailed'> {
  const kind = route === 'POST /tasks' ? 'consumer' : 'server';
  return { name: `turn ${route}`, kind, hasFailed: code !== undefined };
}

function fieldAttributes(fields: LogFields): Attributes {
  const { requestId, turnId, route, model, stopReason, code } = fields;
  return {
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.provider.name': provider,
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': stopReason === undefined ? undefined : [stopReason],
    'error.type': code,
    'faas.invocation.id': requestId,
    'streambed.route': route,
    'streambed.turn_id': turnId,
  };
}

/** What the metrics measured. A count of 0 is left out of them. */
function valueAttributes(values: MetricValues): Attributes {
  const { InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens } = values;
  return {
    ...firstChunk(single(values.TimeToFirstToken)),
    ...usageAttributes({
      inputTokens: single(InputTokens) ?? 0,
      outputTokens: single(OutputTokens) ?? 0,
      cacheReadInputTokens: single(CacheReadTokens) ?? 0,
      cacheWriteInputTokens: single(CacheWriteTokens) ?? 0,
    }),
    ...gapAttributes(values.InterChunkGap),
    'streambed.cost_usd': single(values.CostUsd),
    'streambed.retries': single(values.Retries),
    'streambed.fallbacks': single(values.Fallbacks),
    'streambed.is_repeated': values.RepeatedTurns === undefined ? undefined : true,
    'faas.coldstart': values.ColdStarts === undefined ? undefined : values.ColdStarts === 1,
  };
}

function gapAttributes(gapsMs: MetricValues['InterChunkGap']): Attributes {
  if (typeof gapsMs !== 'object') return {};
  const sorted = gapsMs.toSorted((one, other) => one - other);
  return {
    'streambed.gap_p99_ms': sorted[Math.ceil(sorted.length * 0.99) - 1],
    'streambed.gap_max_ms': sorted.at(-1),
  };
}

function nameAttributes({ owner, conversation }: SubjectFields = {}): Attributes {
  return { 'gen_ai.conversation.id': conversation, 'streambed.owner': owner };
}

function firstToken(startMs: number, { TimeToFirstToken }: MetricValues): readonly SpanEvent[] {
  const ms = single(TimeToFirstToken);
  return ms === undefined ? [] : [{ name: 'streambed.first_token', atMs: startMs + ms }];
}

function single(value: number | readonly number[] | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
