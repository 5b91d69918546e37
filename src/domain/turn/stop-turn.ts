import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { findConversation, type StoragePorts } from '#domain/turn/recover-turn.ts';
import { logKeptMs } from '#domain/conversation/turn-log.ts';

/**
 * Asks whoever runs the live turn to stop it, which happens within two seconds. Gives the turn's
 * id; undefined where no turn, or another than the one that was meant, is live: there is nothing
 * to stop then. Throws `not_found` for an unknown conversation.
 */
export async function stopTurn(
  ports: StoragePorts,
  key: ConversationKey,
  turnId?: string,
): Promise<string | undefined> {
  const found = await findConversation(ports, key);
  if (found === undefined) throw unknownConversation();
  const live = found.liveTurn;
  if (live === undefined || (turnId !== undefined && turnId !== live.turnId)) return undefined;
  const turn = { ...key, turnId: live.turnId, sequence: live.sequence };
  await ports.log.requestStop(turn, ports.clock.now() + logKeptMs);
  return live.turnId;
}
