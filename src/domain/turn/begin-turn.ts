import { turnIsRunning } from '#domain/conversation/conversation-errors.ts';
import type {
  BeginResult,
  Binding,
  BoundKey,
  Idempotency,
  NewTurn,
} from '#domain/conversation/conversations.ts';
import type { LiveTurn, Turn, TurnKey } from '#domain/conversation/turn.ts';
import { isAbandoned } from '#domain/turn/abandoned.ts';
import { findConversation, recoverTurn } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** An earlier turn that answers a request. */
export interface RepeatedTurn {
  readonly type: 'repeated';
  readonly key: TurnKey;
  readonly repeats: 'replayed' | 'cached';
}

type Claimed = Exclude<BeginResult, { type: 'busy' }>;
type Begun = Extract<BeginResult, { type: 'begun' }>;

/**
 * Begins a turn, or returns the one that the same request began earlier. First recovers a live
 * turn whose worker is gone. Throws `conflict` while another turn is live.
 */
export async function beginTurn(
  ports: StoragePorts,
  beginning: NewTurn,
  boundKey?: BoundKey,
): Promise<Begun | RepeatedTurn> {
  if (boundKey !== undefined) return beginBoundTurn(ports, beginning, boundKey);
  const claimed = await claimOrReplace(ports, beginning);
  if (claimed.type === 'begun') return claimed;
  const isCached = beginning.idempotency?.maxAgeMs !== undefined;
  return toRepeated({ turn: claimed.key, isCached });
}

/**
 * Begins a turn in the conversation of a cached prompt, for a caller who has sent a key, too. Once
 * bound, the key keeps its turn, whatever the conversation would return. A turn that has begun is
 * bound before its model is asked, so that a repetition finds what was paid for.
 */
async function beginBoundTurn(
  ports: StoragePorts,
  beginning: NewTurn,
  boundKey: BoundKey,
): Promise<Begun | RepeatedTurn> {
  const { conversations } = ports;
  let bound = await conversations.openKey(boundKey);
  let claimed: Claimed | undefined;
  for (;;) {
    if (bound !== undefined && (await isRepeatable(ports, bound.turn))) {
      // A repetition of the request was faster, so this turn ends before its model is asked.
      if (claimed?.type === 'begun') await recoverTurn(ports, beginning, claimed.live);
      return toRepeated(bound);
    }
    claimed ??= await claimOrReplace(ports, beginning);
    const own = toBinding(beginning, claimed);
    bound = await conversations.bindKey(boundKey, own, bound?.turn.turnId);
    if (bound.turn.turnId !== own.turn.turnId) continue;
    return claimed.type === 'begun' ? claimed : toRepeated(bound);
  }
}

function toRepeated({ turn, isCached }: Binding): RepeatedTurn {
  return { type: 'repeated', key: turn, repeats: isCached ? 'cached' : 'replayed' };
}

function toBinding({ owner, conversationId }: NewTurn, claimed: Claimed): Binding {
  if (claimed.type === 'attached') return { turn: claimed.key, isCached: true };
  const { turnId, sequence } = claimed.live;
  return { turn: { owner, conversationId, turnId, sequence }, isCached: false };
}

/** Returns whether a turn still exists and answers its request. A live one is expected to. */
async function isRepeatable(ports: StoragePorts, key: TurnKey): Promise<boolean> {
  const turn = await findTurn(ports, key);
  if (turn === undefined) return false;
  return !('state' in turn) || turn.isUnanswered !== true;
}

/** Claims the conversation. A turn that does not answer its request again is replaced. */
async function claimOrReplace(ports: StoragePorts, beginning: NewTurn): Promise<Claimed> {
  const first = await claimOrRecover(ports, beginning);
  const { idempotency } = beginning;
  if (first.type !== 'attached' || idempotency === undefined) return first;
  const earlier = await findTurn(ports, first.key);
  if (earlier === undefined || !('state' in earlier)) return first;
  if (isReusable(earlier, idempotency, ports.clock.now())) return first;
  return claimOrRecover(ports, {
    ...beginning,
    mode: 'existing',
    parentId: earlier.parentId ?? null,
    idempotency: { ...idempotency, replaces: earlier.turnId },
  });
}

/** Returns a turn, after recovering it if nobody runs it; undefined if it no longer exists. */
async function findTurn(ports: StoragePorts, key: TurnKey): Promise<LiveTurn | Turn | undefined> {
  const ended = await ports.conversations.turn(key);
  if (ended !== undefined) return ended;
  const live = (await findConversation(ports, key))?.liveTurn;
  return live?.turnId === key.turnId ? live : ports.conversations.turn(key);
}

async function claimOrRecover(ports: StoragePorts, beginning: NewTurn): Promise<Claimed> {
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
