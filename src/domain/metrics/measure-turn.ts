import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import type { ChatError, ErrorCode, LimitName } from '#domain/errors.ts';
import type { MetricName, MetricValues } from '#domain/metrics/metric-names.ts';
import type { TurnObserver } from '#domain/turn/turn-request.ts';

/** Measures a turn that it observes. */
export interface TurnMeter extends Omit<TurnObserver, 'onExtraCall'> {
  /**
   * Returns what was measured so far. A count of 0 is left out, except for failures: alarms compare
   * them with the number of turns.
   */
  values(): MetricValues;
}

export interface MeterSettings {
  /** Returns the time in milliseconds, from any beginning. */
  nowMs(): number;
  /** Whether the answer arrives in one piece, so that it has no first token. */
  readonly isWhole?: boolean | undefined;
}

/** Returns a meter that measures times from now on. */
export function measureTurn({ nowMs, isWhole = false }: MeterSettings): TurnMeter {
  const startedAtMs = nowMs();
  const gaps = createGapMeter();
  const counts: Partial<Record<MetricName, number>> = {};
  let firstTokenMs: number | undefined;
  let durationMs: number | undefined;
  let isRepeated = false;
  const count = (name: MetricName): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const begin = (): void => {
    Object.assign(counts, { Turns: 1, FailedBeforeFirstToken: 0, FailedAfterFirstToken: 0 });
  };
  const fail = (error: ChatError): void => {
    if (isRepeated) return;
    countFailure(error, firstTokenMs === undefined, count);
  };
  return {
    onEvent(event) {
      if (event.type === 'turn-start') {
        isRepeated = event.repeats !== undefined;
        if (isRepeated) count('RepeatedTurns');
        else begin();
        return;
      }
      const atMs = nowMs();
      gaps.add(event, atMs);
      if (isDelta(event)) firstTokenMs ??= atMs - startedAtMs;
      if (event.type === 'error') fail(event.error);
      if (event.type === 'turn-stop' || event.type === 'error') durationMs = atMs - startedAtMs;
    },
    onEnd: (turn) => Object.assign(counts, spentBy(turn)),
    onRefusal(error) {
      // Callers' mistakes and conflicts are no turns. What a fault or a limit kept away is one.
      if (isFailure(error) || error.limit !== undefined) begin();
      fail(error);
    },
    onRetry: () => count('Retries'),
    onFallback: () => count('Fallbacks'),
    values() {
      if (isRepeated) return counts;
      const values = gaps.values();
      return {
        ...counts,
        ...(isWhole || firstTokenMs === undefined ? {} : { TimeToFirstToken: round(firstTokenMs) }),
        ...(isWhole || values.length === 0 ? {} : { InterChunkGap: values }),
        ...(durationMs === undefined ? {} : { TurnDuration: round(durationMs) }),
      };
    },
  };
}

/** Errors that are neither the caller's nor a limit's. */
const failureCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'internal',
  'model_error',
  'model_unavailable',
  'throttled',
  'timed_out',
]);

function isFailure({ code }: ChatError): boolean {
  return failureCodes.has(code);
}

const refusals: Readonly<Record<LimitName, MetricName>> = {
  requestsPerMinute: 'RefusedByRequestsPerMinute',
  tokensPerDay: 'RefusedByTokensPerDay',
  usdPerDay: 'RefusedByUsdPerDay',
};

function countFailure(
  error: ChatError,
  isBeforeFirstToken: boolean,
  count: (name: MetricName) => void,
): void {
  if (error.limit !== undefined) count(refusals[error.limit]);
  if (error.code === 'throttled') count('ThrottledByModel');
  if (!isFailure(error)) return;
  count(isBeforeFirstToken ? 'FailedBeforeFirstToken' : 'FailedAfterFirstToken');
}

/** Returns what a turn spent, also if it failed midway. An amount of 0 is left out. */
function spentBy({ usage, cost }: Turn): MetricValues {
  const spent = {
    InputTokens: usage?.inputTokens,
    OutputTokens: usage?.outputTokens,
    CacheReadTokens: usage?.cacheReadInputTokens,
    CacheWriteTokens: usage?.cacheWriteInputTokens,
    CostUsd: cost === undefined ? undefined : cost.nanoUsd / 1e9,
  };
  return Object.fromEntries(Object.entries(spent).filter(([, amount]) => Number(amount) > 0));
}

interface GapMeter {
  add(event: TurnEvent, atMs: number): void;
  values(): readonly number[];
}

/**
 * Measures the time between deltas of one message. A message of its own follows each step of the
 * tools: how long a tool takes says nothing about the stream.
 */
function createGapMeter(): GapMeter {
  const gapsMs: number[] = [];
  let lastAtMs: number | undefined;
  return {
    add(event, atMs) {
      if (isDelta(event)) {
        if (lastAtMs !== undefined) gapsMs.push(round(atMs - lastAtMs));
        lastAtMs = atMs;
      } else if (event.type === 'message-start' || event.type === 'message-stop') {
        lastAtMs = undefined;
      }
    },
    values: () => percentiles(gapsMs),
  };
}

/** CloudWatch accepts at most this many values of a metric in one line. */
const maxValues = 100;

/** Returns the values, or their percentiles if there are too many; the last one is the largest. */
function percentiles(values: readonly number[]): readonly number[] {
  if (values.length <= maxValues) return values;
  const sorted = Float64Array.from(values).toSorted();
  return Array.from({ length: maxValues }, (_, index) => {
    return sorted[Math.ceil(((index + 1) * sorted.length) / maxValues) - 1] ?? 0;
  });
}

function isDelta({ type }: TurnEvent): boolean {
  return type === 'text-delta' || type === 'reasoning-delta' || type === 'tool-input-delta';
}

/** Tenths of a millisecond are enough, and short in a log line. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
