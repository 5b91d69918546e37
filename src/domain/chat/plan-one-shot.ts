import type { Clock } from '#domain/clock.ts';
import { assertIdempotencyKey, type Ids } from '#domain/ids.ts';
import type { PromptMessage } from '#domain/conversation/message.ts';
import type { ConversationTarget, TurnRequest } from '#domain/turn/turn-request.ts';

/** How long a one-shot request with a key is stored, so that it is not paid for twice. */
const keyTtlMs = 86_400_000;

/**
 * Returns the conversation of a one-shot request that may be repeated. It is derived from what
 * identifies the request. No route accepts an id with a dot, so nobody can open it. It is stored
 * for a day after `latestMs`, when the last key may come to belong to it.
 */
export function hiddenConversation(
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
  identity: readonly string[],
  latestMs = clock.now(),
): ConversationTarget {
  return {
    conversationId: `once.${ids.derive(...identity)}`,
    mode: 'either',
    expiresAtMs: latestMs + keyTtlMs,
  };
}

/** A request to a model, or to whatever answers like one, that is not part of a chat. */
export interface OneShotRequest {
  readonly owner: string;
  /** The API that it was sent to. Each has keys of its own. */
  readonly api: string;
  /** The `Idempotency-Key` that the caller sent. */
  readonly idempotencyKey: string | undefined;
  /** Everything that determines the answer, as JSON. */
  readonly identity: unknown;
  readonly modelId: string;
  /** What the model is shown, as far as its tokens count. */
  readonly messages: readonly PromptMessage[];
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly endsAtMs: number;
}

/**
 * Returns the turn of a one-shot request. It is stored only if the request has a key, so that a
 * repetition finds it. Throws `invalid_request` for a malformed key.
 */
export function planOneShot(
  ports: { readonly clock: Clock; readonly ids: Ids },
  { owner, api, idempotencyKey: key, identity, ...request }: OneShotRequest,
): TurnRequest {
  if (key !== undefined) assertIdempotencyKey(key);
  const { modelId, messages, maxTokens, signal, endsAtMs } = request;
  const fingerprint = ports.ids.fingerprint(JSON.stringify(identity));
  const stored =
    key === undefined
      ? {}
      : {
          conversation: hiddenConversation(ports, [owner, api, key]),
          idempotency: { key, fingerprint },
        };
  return {
    owner,
    turnId: ports.ids.create(ports.clock.now()),
    ...stored,
    input: { type: 'exchange', messages },
    modelId,
    options: { inference: { maxTokens } },
    extensions: {},
    maxHistoryTokens: 0,
    signal,
    endsAtMs,
  };
}
