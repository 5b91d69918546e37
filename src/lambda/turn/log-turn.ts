import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import { describeCause, logError, logInfo, type LogFields } from '#lambda/runtime/log.ts';

/** Observes the events of a turn and logs one line when it ends. */
export interface TurnLogger {
  observe(event: TurnEvent): void;
}

/** Returns a logger for a turn, which measures times from now on. */
export function createTurnLogger({ turnId, modelId }: TurnRequest, requestId: string): TurnLogger {
  const startedAt = performance.now();
  let ttftMs: number | undefined;
  const sinceStart = (): number => Math.round(performance.now() - startedAt);
  const fields = (): LogFields => ({
    requestId,
    turnId,
    model: modelId,
    durationMs: sinceStart(),
    ...(ttftMs === undefined ? {} : { ttftMs }),
  });
  return {
    observe(event) {
      if (event.type === 'text-delta') {
        ttftMs ??= sinceStart();
      } else if (event.type === 'turn-stop') {
        const { stopReason, usage } = event;
        const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
        logInfo('turn ended', { ...fields(), stopReason, inputTokens, outputTokens });
      } else if (event.type === 'error') {
        const { code } = event.error;
        logError('turn failed', { ...fields(), code, cause: describeCause(event.error) });
      }
    },
  };
}
