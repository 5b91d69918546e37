import type { SpanJson } from './spans-json.ts';

/** What the trace of a turn says about it. */
export interface TraceFacts {
  readonly requestedModel: string | undefined;
  readonly model: string | undefined;
  readonly stopReason: string | undefined;
  /** The code of the error that the turn ended with. */
  readonly error: string | undefined;
  readonly retries: number;
  readonly fallbacks: number;
  /** How many calls of models the circuit breaker refused. */
  readonly refusedByBreaker: number;
  readonly writes: number;
  readonly tools: number;
  readonly searches: number;
  readonly isColdStart: boolean;
  /** When the function received the request, in milliseconds since 1970. */
  readonly receivedAtMs: number;
  readonly durationMs: number;
  /** The time from the request to the first part, in milliseconds. */
  readonly firstMs: number | undefined;
}

/** Returns what the spans of a turn say; undefined if the span of the turn itself is missing. */
export function factsOf(spans: readonly SpanJson[]): TraceFacts | undefined {
  const turn = spans.find(({ attributes }) => attributes['streambed.turn_id'] !== undefined);
  if (turn === undefined) return undefined;
  const { attributes } = turn;
  const counted = (operation: string): number =>
    spans.filter((span) => span.attributes['gen_ai.operation.name'] === operation).length;
  const [retries, fallbacks] = [
    numberIn(attributes, 'streambed.retries') ?? 0,
    numberIn(attributes, 'streambed.fallbacks') ?? 0,
  ];
  const reasons = attributes['gen_ai.response.finish_reasons'];
  const seconds = numberIn(attributes, 'gen_ai.response.time_to_first_chunk');
  return {
    requestedModel: textIn(attributes, 'gen_ai.request.model'),
    model: textIn(attributes, 'gen_ai.response.model'),
    stopReason: Array.isArray(reasons) ? String(reasons[0]) : undefined,
    error: textIn(attributes, 'error.type'),
    retries,
    fallbacks,
    refusedByBreaker: refusals(spans, turn, retries + fallbacks),
    writes: spans.filter((span) => span.attributes['streambed.write'] !== undefined).length,
    tools: counted('execute_tool'),
    searches: counted('retrieval'),
    isColdStart: attributes['faas.coldstart'] === true,
    receivedAtMs: Date.parse(turn.startedAt),
    durationMs: turn.durationMs,
    firstMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}

/**
 * A call that the circuit breaker refuses reaches no model and has no span. So each retry and each
 * fallback without a failed call before it was such a refusal, and so is an end without one.
 */
function refusals(spans: readonly SpanJson[], turn: SpanJson, repeats: number): number {
  const calls = spans.filter((span) => span.attributes['gen_ai.operation.name'] === 'chat');
  const failed = calls.filter(({ status }) => status === 'error').length;
  const endedTurn = calls.at(-1)?.status === 'error' ? 1 : 0;
  const isUnavailable = turn.attributes['error.type'] === 'model_unavailable';
  const atTheEnd = isUnavailable && endedTurn === 0 ? 1 : 0;
  return Math.max(0, repeats - (failed - endedTurn)) + atTheEnd;
}

function numberIn(attributes: SpanJson['attributes'], name: string): number | undefined {
  const value = attributes[name];
  return typeof value === 'number' ? value : undefined;
}

function textIn(attributes: SpanJson['attributes'], name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' ? value : undefined;
}
