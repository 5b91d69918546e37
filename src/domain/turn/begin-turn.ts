import type { Beginning, Idempotency, TurnBeginning } from '#domain/conversation/conversations.ts';
import { turnIsRunning } from '#domain/conversation/conversation-errors.ts';
import { isAbandoned, recoverTurn, type StoragePorts } from '#domain/turn/recover-turn.ts';
import type { Turn } from '#domain/conversation/turn.ts';

type Begun = Exclude<Beginning, { type: 'busy' }>;

/**
 * Begins a turn, or finds the one that the same request began before. A live turn that nobody
 * works on any more is kept as interrupted first. Throws `conflict` while another turn is live.
 */
export async function beginTurn(ports: StoragePorts, beginning: TurnBeginning): Promise<Begun> {
  const first = await beginOrRecover(ports, beginning);
  const { idempotency } = beginning;
  if (first.type !== 'attached' || idempotency === undefined) return first;
  const before = await ports.conversations.turn(first.key);
  if (before === undefined || isGood(before, idempotency, ports.clock.now())) return first;
  return beginOrRecover(ports, {
    ...beginning,
    mode: 'existing',
    parentId: before.parentId ?? null,
    idempotency: { ...idempotency, replaces: before.turnId },
  });
}

async function beginOrRecover(ports: StoragePorts, beginning: TurnBeginning): Promise<Begun> {
  const first = await ports.conversations.begin(beginning);
  if (first.type !== 'busy') return first;
  if (!isAbandoned(first.live, ports.clock)) throw turnIsRunning(first.live);
  await recoverTurn(ports, beginning, first.live);
  const second = await ports.conversations.begin(beginning);
  if (second.type === 'busy') throw turnIsRunning(second.live);
  return second;
}

/**
 * Whether an earlier turn answers the same request again. One that no model began to answer does
 * not; nor does, where the age matters, one that is old or not whole.
 */
function isGood(turn: Turn, { maxAgeMs }: Idempotency, nowMs: number): boolean {
  const { state, isUnanswered, stopReason, finishedAtMs } = turn;
  if (maxAgeMs === undefined) return isUnanswered !== true;
  return stopReason === 'end_turn' && state === 'complete' && finishedAtMs + maxAgeMs > nowMs;
}
