import type { TurnRequest } from '#domain/run-turn.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
import { describeCause, logError, logInfo, type LogFields } from '#lambda/log.ts';

/** Listens to a turn and writes one line when it is over. */
export interface TurnLog {
  event(event: TurnEvent): void;
}

export function createTurnLog({ turnId, modelId }: TurnRequest, requestId: string): TurnLog {
  const startedAt = performance.now();
  const about = { requestId, turnId, model: modelId };
  let first: LogFields = {};
  return {
    event(event) {
      if (event.type === 'text-delta' && first.ttftMs === undefined) {
        first = { ttftMs: Math.round(performance.now() - startedAt) };
      }
      const times = { ...first, durationMs: Math.round(performance.now() - startedAt) };
      if (event.type === 'turn-stop') {
        const { stopReason, usage } = event;
        const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
        logInfo('turn ended', { ...about, ...times, stopReason, inputTokens, outputTokens });
      }
      if (event.type === 'error') {
        const { code } = event.error;
        logError('turn failed', { ...about, ...times, code, cause: describeCause(event.error) });
      }
    },
  };
}
