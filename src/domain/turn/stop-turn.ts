import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { logTtlMs } from '#domain/conversation/turn-log.ts';
import { findConversation } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/**
 * Asks the worker of the live turn to stop, which takes up to two seconds. Returns the turn's id;
 * undefined if no turn is live, or another one than `turnId`. Throws `not_found`.
 */
export async function stopTurn(
  ports: StoragePorts,
  key: ConversationKey,
  turnId?: string,
): Promise<string | undefined> {
  const conversation = await findConversation(ports, key);
  if (conversation === undefined) throw unknownConversation();
  const live = conversation.liveTurn;
  if (live === undefined || (turnId !== undefined && turnId !== live.turnId)) return undefined;
  const turn = { ...key, turnId: live.turnId, sequence: live.sequence };
  await ports.log.requestStop(turn, ports.clock.now() + logTtlMs);
  return live.turnId;
}
