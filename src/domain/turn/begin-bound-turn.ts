import type { Binding, BoundKey, NewTurn } from '#domain/conversation/conversations.ts';
import type { TurnKey } from '#domain/conversation/turn.ts';
import { beginTurn, findTurn, type Begun } from '#domain/turn/begin-turn.ts';
import { recoverTurn } from '#domain/turn/recover-turn.ts';
import type { StoragePorts } from '#domain/turn/turn-request.ts';

/** A turn that began now, or an earlier one with which the request is answered. */
export type BegunOrRepeated =
  | Extract<Begun, { type: 'begun' }>
  | { readonly type: 'attached'; readonly key: TurnKey; readonly repeats: 'replayed' | 'cached' };

/**
 * Begins a turn like `beginTurn`, for a caller whose key may be bound to it. The key comes first: it
 * keeps its turn, whatever the conversation would return. A turn that has begun is bound before its
 * model is asked, so that a repetition finds what was paid for.
 */
export async function beginBoundTurn(
  ports: StoragePorts,
  beginning: NewTurn,
  boundKey: BoundKey | undefined,
): Promise<BegunOrRepeated> {
  if (boundKey === undefined) return withoutKey(beginning, await beginTurn(ports, beginning));
  let bound = await ports.conversations.openKey(boundKey);
  let begun: Begun | undefined;
  for (;;) {
    if (bound !== undefined && (await isRepeatable(ports, bound.turn))) {
      // A repetition was faster, so no model is asked here.
      if (begun?.type === 'begun') await recoverTurn(ports, beginning, begun.live);
      return repeated(bound);
    }
    begun ??= await beginTurn(ports, beginning);
    const own = toBinding(beginning, begun);
    const replaced = bound?.turn.turnId;
    bound = await ports.conversations.bindKey(boundKey, own, replaced);
    if (bound.turn.turnId === own.turn.turnId) {
      return begun.type === 'begun' ? begun : repeated(bound);
    }
  }
}

function withoutKey({ idempotency }: NewTurn, begun: Begun): BegunOrRepeated {
  if (begun.type === 'begun') return begun;
  return { ...begun, repeats: idempotency?.maxAgeMs === undefined ? 'replayed' : 'cached' };
}

function repeated({ turn, isCached }: Binding): BegunOrRepeated {
  return { type: 'attached', key: turn, repeats: isCached ? 'cached' : 'replayed' };
}

/** Returns whether a turn exists and answers its request. A live one is expected to. */
async function isRepeatable(ports: StoragePorts, key: TurnKey): Promise<boolean> {
  const turn = await findTurn(ports, key);
  if (turn === undefined) return false;
  return !('state' in turn) || turn.isUnanswered !== true;
}

function toBinding({ owner, conversationId }: NewTurn, begun: Begun): Binding {
  if (begun.type === 'attached') return { turn: begun.key, isCached: true };
  const { turnId, sequence } = begun.live;
  return { turn: { owner, conversationId, turnId, sequence }, isCached: false };
}
