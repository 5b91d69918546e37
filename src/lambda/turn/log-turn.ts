import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';
import {
  describeCause,
  logError,
  logInfo,
  startTimer,
  type LogFields,
} from '#lambda/runtime/log.ts';
import { logAbout } from '#lambda/runtime/log-names.ts';

/** Observes the events of a turn and logs one line when it ends. */
export interface TurnLogger {
  observe(event: TurnEvent): void;
}

/** Returns a logger for a turn, which measures times from now on. All later lines name the conversation. */
export function createTurnLogger(
  { turnId, modelId, conversation }: TurnRequest,
  requestId: string,
): TurnLogger {
  const sinceStart = startTimer();
  let ttftMs: number | undefined;
  if (conversation !== undefined) logAbout({ conversationId: conversation.conversationId });
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
