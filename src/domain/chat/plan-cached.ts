import { maxCacheMs, type ChatQuestion } from '#domain/chat/chat-request.ts';
import { hiddenConversation } from '#domain/chat/plan-one-shot.ts';
import type { Clock } from '#domain/clock.ts';
import type { BoundKey } from '#domain/conversation/conversations.ts';
import type { Ids } from '#domain/ids.ts';
import type { ModelOptions } from '#domain/model/model.ts';
import type { TurnRequest } from '#domain/turn/turn-request.ts';

/** Where a turn is stored, and what identifies a repetition. */
export type StoredTurn = Pick<TurnRequest, 'conversation' | 'idempotency' | 'boundKey'>;

/** A prompt that a cached answer may answer. */
export interface CachedPrompt {
  readonly owner: string;
  readonly question: ChatQuestion;
  readonly modelId: string;
  readonly options: ModelOptions;
  readonly maxAgeMs: number;
  readonly endsAtMs: number;
}

/**
 * Returns where the turn of a cached prompt is stored: in a hidden conversation whose id is derived
 * from the owner and from everything that changes the answer, so the prompt itself is the
 * idempotency key. If the caller has sent a key, too, that key is bound to the turn.
 */
export function planCached(
  ports: { readonly clock: Clock; readonly ids: Ids },
  { owner, question, modelId, options, maxAgeMs, endsAtMs }: CachedPrompt,
  uncached: StoredTurn,
): StoredTurn {
  const settings = Object.entries(options.inference).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // These two do not change the answer.
  const { inference: _, serviceTier: __, promptCache: ___, ...others } = options;
  const identity = JSON.stringify([question, modelId, others, settings]);
  // A key may be bound to the answer at its greatest age, whatever age this request asks for.
  const latestMs = endsAtMs + maxCacheMs;
  return {
    conversation: hiddenConversation(ports, [owner, 'cache', identity], latestMs),
    idempotency: { key: 'cache', fingerprint: 'cache', maxAgeMs },
    boundKey: toBoundKey(owner, ports.clock.now(), uncached),
  };
}

/** The key is stored where it would be without a cache, so that it is one key with or without. */
function toBoundKey(
  owner: string,
  createdAtMs: number,
  { conversation, idempotency }: StoredTurn,
): BoundKey | undefined {
  if (conversation?.expiresAtMs === undefined || idempotency === undefined) return undefined;
  const { conversationId, expiresAtMs } = conversation;
  const { key, fingerprint } = idempotency;
  return { owner, conversationId, key, fingerprint, createdAtMs, expiresAtMs };
}
