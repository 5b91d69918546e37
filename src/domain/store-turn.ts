import { ChatError, toChatError } from '#domain/errors.ts';
import type { OpenTurn } from '#domain/open-turn.ts';
import type { KeepingPorts } from '#domain/recover-turn.ts';
import type { Turn } from '#domain/turn.ts';

/** Storing is tried again after these waits, the last one as often as there is time. */
const waitsMs = { first: 100, most: 1_000, inAllMs: 20_000, beforeEndMs: 1_000 };

/**
 * Keeps how a turn ended, through a short absence of what keeps it. A failure is returned, for
 * the reader has to hear of it: the turn is recovered from its log later.
 */
export async function storeTurn(
  { conversations, clock }: KeepingPorts,
  { key, endsAtMs }: OpenTurn,
  turn: Turn,
): Promise<ChatError | undefined> {
  if (key === undefined) return undefined;
  const untilMs = Math.min(clock.now() + waitsMs.inAllMs, endsAtMs - waitsMs.beforeEndMs);
  for (let waitMs = waitsMs.first; ; waitMs = Math.min(2 * waitMs, waitsMs.most)) {
    try {
      await conversations.finish(key, turn);
      return undefined;
    } catch (error) {
      const { code } = toChatError(error);
      if (code === 'conflict') return toChatError(error);
      if (clock.now() + waitMs > untilMs) return unstored(error);
    }
    await clock.sleep(waitMs);
  }
}

function unstored(cause: unknown): ChatError {
  return new ChatError('internal', 'The answer could not be stored.', { cause });
}
