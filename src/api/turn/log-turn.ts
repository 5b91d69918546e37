import { measureTurn } from '#domain/metrics/measure-turn.ts';
import type { MetricValues, TurnRoute } from '#domain/metrics/metric-names.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { ExtraCallPurpose, TurnObserver, TurnRequest } from '#domain/turn/turn-request.ts';
import type { Invocation } from '#api/http/http.ts';
import { describeCause, logError, logInfo, startTimer, type LogFields } from '#api/log/log.ts';
import { logAbout } from '#api/log/log-names.ts';
import { traceTurn, type TurnTrace } from '#api/turn/trace-turn.ts';

/** Where a turn comes from, for its log line and its metrics. */
export interface TurnOrigin {
  readonly route: TurnRoute;
  readonly invocation: Pick<Invocation, 'requestId' | 'isColdStart' | 'traces'>;
  /** Whether the answer arrives in one piece. */
  readonly isWhole?: boolean | undefined;
}

/**
 * Returns the turn with an observer, which measures times from now on and logs one line with the
 * metrics of the turn when it ends. All later lines of the invocation name the conversation.
 */
export function loggedTurn(turn: TurnRequest, origin: TurnOrigin): TurnRequest {
  const { conversation } = turn;
  if (conversation !== undefined) logAbout({ conversationId: conversation.conversationId });
  return { ...turn, observer: createTurnLogger(turn, origin) };
}

function createTurnLogger(
  { turnId, modelId }: TurnRequest,
  { route, invocation: { requestId, isColdStart, traces }, isWhole }: TurnOrigin,
): TurnObserver {
  const trace = traces === undefined ? undefined : traceTurn(traces, modelId);
  const sinceStart = startTimer();
  const meter = measureTurn({ nowMs: () => performance.now(), isWhole });
  let model = modelId;
  let ttftMs: number | undefined;
  const fields = (): LogFields => ({
    requestId,
    turnId,
    route,
    model,
    durationMs: sinceStart(),
    ...(ttftMs === undefined ? {} : { ttftMs }),
  });
  const end = (log: typeof logInfo, message: string, more: LogFields): void => {
    const line = { ...fields(), ...more };
    logEnd({ log, message, trace }, line, withEnvironment(meter.values(), isColdStart));
  };
  const record = (event: TurnEvent): void => {
    if (event.type === 'text-delta') {
      ttftMs ??= sinceStart();
    } else if (event.type === 'message-start') {
      model = event.modelId ?? model;
    } else if (event.type === 'turn-stop') {
      end(logInfo, 'turn ended', fieldsOf(event));
    } else if (event.type === 'error') {
      const { code } = event.error;
      end(logError, 'turn failed', { code, cause: describeCause(event.error) });
    }
  };
  return {
    ...meter,
    onOperation: trace?.onOperation,
    onEvent(event) {
      meter.onEvent(event);
      record(event);
    },
    onExtraCall({ purpose, modelId: extraModel, nanoUsd }) {
      const written = { requestId, turnId, route, model: extraModel };
      logInfo(extraCallMessages[purpose], written, { CostUsd: nanoUsd / 1e9 });
    },
    onRefusal(error) {
      meter.onRefusal(error);
      end(logInfo, 'turn not begun', { code: error.code });
    },
  };
}

const extraCallMessages: Readonly<Record<ExtraCallPurpose, string>> = {
  summary: 'history summarized',
  title: 'conversation titled',
};

function fieldsOf({ stopReason, usage }: TurnStop): LogFields {
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  return { stopReason, inputTokens, outputTokens };
}

type TurnStop = Extract<TurnEvent, { type: 'turn-stop' }>;

interface EndLog {
  readonly log: typeof logInfo;
  readonly message: string;
  readonly trace: TurnTrace | undefined;
}

/** Writes the line of a turn. Its trace has the same fields and values, which are measured once. */
function logEnd({ log, message, trace }: EndLog, fields: LogFields, values: MetricValues): void {
  log(message, fields, values);
  trace?.end(fields, values);
}

/** Adds what a turn says about its environment. A caller's mistake is no turn, and says nothing. */
function withEnvironment(measured: MetricValues, isColdStart = false): MetricValues {
  if (Object.keys(measured).length === 0) return {};
  const MemoryUsed = Math.round(process.memoryUsage.rss() / 1_048_576);
  return { ...measured, ColdStarts: isColdStart ? 1 : 0, MemoryUsed };
}
