import { unknownConversation } from '#domain/conversation/conversation-errors.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { isAnswered } from '#domain/turn/abandoned.ts';
import { recoverTurn } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/**
 * Asks the worker of the live turn to stop, which takes up to two seconds. If no worker answers, ends
 * the turn as interrupted. Returns the turn's id; undefined if no turn is live, or another one than
 * `turnId`. Throws `not_found`.
 */
export async function stopTurn(
  ports: StoragePorts,
  key: ConversationKey,
  turnId?: string,
): Promise<string | undefined> {
  const conversation = await ports.conversations.find(key);
  if (conversation === undefined) throw unknownConversation();
  const live = conversation.liveTurn;
  if (live === undefined || (turnId !== undefined && turnId !== live.turnId)) return undefined;
  const turn = { ...key, turnId: live.turnId, sequence: live.sequence };
  if (!(await isAnswered(ports, turn, 'stop'))) await recoverTurn(ports, key, live);
  return live.turnId;
}
