import { turnIsRunning } from '#domain/conversation-errors.ts';
import type { Beginning, TurnBeginning } from '#domain/ports.ts';
import { isAbandoned, recoverTurn, type KeepingPorts } from '#domain/recover-turn.ts';

/**
 * Begins a turn, or finds the one that the same request began before. A live turn that nobody
 * works on any more is kept as interrupted first. Throws `conflict` while another turn is live.
 */
export async function beginTurn(
  ports: KeepingPorts,
  beginning: TurnBeginning,
): Promise<Exclude<Beginning, { type: 'busy' }>> {
  const first = await ports.conversations.begin(beginning);
  if (first.type !== 'busy') return first;
  if (!isAbandoned(first.live, ports.clock)) throw turnIsRunning(first.live);
  await recoverTurn(ports, beginning, first.live);
  const second = await ports.conversations.begin(beginning);
  if (second.type === 'busy') throw turnIsRunning(second.live);
  return second;
}
