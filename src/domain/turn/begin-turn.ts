import { turnIsRunning } from '#domain/conversation/conversation-errors.ts';
import type { BeginResult, Idempotency, NewTurn } from '#domain/conversation/conversations.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';
import { isAbandoned } from '#domain/turn/abandoned.ts';
import { findConversation, recoverTurn } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** A turn that has begun, now or by the same request earlier. */
export type Begun = Exclude<BeginResult, { type: 'busy' }>;

/**
 * Begins a turn, or returns the one that the same request began earlier. First recovers a live
 * turn whose worker is gone. Throws `conflict` while another turn is live.
 */
export async function beginTurn(ports: StoragePorts, beginning: NewTurn): Promise<Begun> {
  const first = await beginOrRecover(ports, beginning);
  const { idempotency } = beginning;
  if (first.type !== 'attached' || idempotency === undefined) return first;
  const earlier = await findTurn(ports, first.key);
  if (earlier === undefined || !('state' in earlier)) return first;
  if (isReusable(earlier, idempotency, ports.clock.now())) return first;
  return beginOrRecover(ports, {
    ...beginning,
    mode: 'existing',
    parentId: earlier.parentId ?? null,
    idempotency: { ...idempotency, replaces: earlier.turnId },
  });
}

/** Returns a turn, after recovering it if nobody runs it; undefined if it no longer exists. */
export async function findTurn(
  ports: StoragePorts,
  key: TurnKey,
): Promise<LiveTurn | Turn | undefined> {
  const ended = await ports.conversations.turn(key);
  if (ended !== undefined) return ended;
  const live = (await findConversation(ports, key))?.liveTurn;
  return live?.turnId === key.turnId ? live : ports.conversations.turn(key);
}

async function beginOrRecover(ports: StoragePorts, beginning: NewTurn): Promise<Begun> {
  const first = await ports.conversations.begin(beginning);
  if (first.type !== 'busy') return first;
  if (!(await isAbandoned(ports, beginning, first.live))) throw turnIsRunning(first.live);
  await recoverTurn(ports, beginning, first.live);
  const second = await ports.conversations.begin(beginning);
  if (second.type === 'busy') throw turnIsRunning(second.live);
  return second;
}

/**
 * Returns whether an earlier turn answers the same request again. A turn that no model began to
 * answer does not; for a cached prompt, neither does an old or incomplete one.
 */
function isReusable(turn: Turn, { maxAgeMs }: Idempotency, nowMs: number): boolean {
  const { state, isUnanswered, stopReason, finishedAtMs } = turn;
  if (maxAgeMs === undefined) return isUnanswered !== true;
  return stopReason === 'end_turn' && state === 'complete' && finishedAtMs + maxAgeMs > nowMs;
}
