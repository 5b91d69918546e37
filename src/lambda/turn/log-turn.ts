import type { TurnRequest } from '#domain/turn/open-turn.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { describeCause, logError, logInfo, type LogFields } from '#lambda/runtime/log.ts';

/** Listens to a turn and writes one line when it is over. */
export interface TurnLog {
  event(event: TurnEvent): void;
}

export function createTurnLog({ turnId, modelId }: TurnRequest, requestId: string): TurnLog {
  const startedAt = performance.now();
  let ttftMs: number | undefined;
  const sinceStart = (): number => Math.round(performance.now() - startedAt);
  const about = (): LogFields => ({
    requestId,
    turnId,
    model: modelId,
    durationMs: sinceStart(),
    ...(ttftMs === undefined ? {} : { ttftMs }),
  });
  return {
    event(event) {
      if (event.type === 'text-delta') {
        ttftMs ??= sinceStart();
      } else if (event.type === 'turn-stop') {
        const { stopReason, usage } = event;
        const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
        logInfo('turn ended', { ...about(), stopReason, inputTokens, outputTokens });
      } else if (event.type === 'error') {
        const { code } = event.error;
        logError('turn failed', { ...about(), code, cause: describeCause(event.error) });
      }
    },
  };
}
