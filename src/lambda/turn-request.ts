import { ChatError } from '#domain/errors.ts';
import { userMessage } from '#domain/message.ts';
import type { TurnRequest } from '#domain/open-turn.ts';
import type { Idempotency } from '#domain/ports.ts';
import type { Asked } from '#domain/question.ts';
import type { Invocation } from '#lambda/http.ts';
import { derivedId, fingerprintOf, newId } from '#lambda/new-id.ts';
import type { ChatQuestion, ChatRequest, TurnFormat } from '#protocol/chat-request.ts';

export interface ChatPolicy {
  /** The models a request may name; the first answers requests that name none. */
  readonly models: readonly [string, ...string[]];
  readonly maxOutputTokens: number;
  readonly maxHistoryTokens: number;
  readonly allowAnonymous: boolean;
  /** For requests that ask for no format, or accept any. */
  readonly defaultFormat: TurnFormat;
}

export interface TurnContext {
  readonly owner: string;
  /** Whether the owner is everybody without an identity. */
  readonly isAnonymous: boolean;
  readonly policy: ChatPolicy;
  readonly invocation: Invocation;
  /** What the caller named the request, so that it is the same when it comes again. */
  readonly idempotencyKey?: string | undefined;
  readonly nowMs: number;
}

/** The turn a chat request asks for, held to the policy. Throws `invalid_request`. */
export function toTurnRequest(chat: ChatRequest, context: TurnContext): TurnRequest {
  const { owner, policy, invocation, nowMs } = context;
  const [defaultModel] = policy.models;
  const modelId = chat.modelId ?? defaultModel;
  const maxTokens = chat.inference.maxTokens ?? policy.maxOutputTokens;
  if (!policy.models.includes(modelId)) {
    throw new ChatError('invalid_request', `model: must be one of ${policy.models.join(', ')}`);
  }
  if (maxTokens > policy.maxOutputTokens) {
    const limit = `must be at most ${policy.maxOutputTokens}`;
    throw new ChatError('invalid_request', `inference.max_tokens: ${limit}`);
  }
  const idempotency = idempotencyOf(chat, context);
  return {
    owner,
    modelId,
    turnId: newId(nowMs),
    asked: toAsked(chat.question),
    inference: { ...chat.inference, maxTokens },
    maxHistoryTokens: policy.maxHistoryTokens,
    signal: invocation.signal,
    endsAtMs: invocation.endsAtMs,
    ...conversationOf(chat, context),
    ...(idempotency === undefined ? {} : { idempotency }),
    ...(chat.system === undefined ? {} : { system: chat.system }),
  };
}

function toAsked(question: ChatQuestion): Asked {
  switch (question.type) {
    case 'message': {
      const { text, parentId } = question;
      if (parentId === undefined) return { type: 'message', question: userMessage(text) };
      return { type: 'edit', question: userMessage(text), parentId };
    }
    case 'regenerate': {
      const { text, turnId } = question;
      return {
        type: 'regenerate',
        ...(turnId === undefined ? {} : { turnId }),
        ...(text === undefined ? {} : { question: userMessage(text) }),
      };
    }
    case 'continue':
      return question;
  }
}

/** Keys that callers without an identity choose must be such that nobody else's is the same. */
const anonymousKeyLength = 20;

function idempotencyOf(
  chat: ChatRequest,
  { idempotencyKey: key, isAnonymous }: TurnContext,
): Idempotency | undefined {
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/u.test(key)) {
    throw new ChatError(
      'invalid_request',
      'Idempotency-Key: must be 1 to 255 characters of ASCII without spaces',
    );
  }
  if (isAnonymous && key.length < anonymousKeyLength) {
    const limit = `must be at least ${anonymousKeyLength} characters for callers without an identity`;
    throw new ChatError('invalid_request', `Idempotency-Key: ${limit}`);
  }
  return { key, fingerprint: fingerprintOf(JSON.stringify(chat)) };
}

/** One-shot prompts with a key are kept this long, so that they are not paid for twice. */
const keyKeptMs = 86_400_000;

/**
 * Callers without an identity share an owner, and only ids that nobody can guess keep them apart:
 * they may go on with a conversation they were given, and not choose an id of their own.
 */
function conversationOf(
  { conversation }: ChatRequest,
  { owner, nowMs, isAnonymous, idempotencyKey }: TurnContext,
): Pick<TurnRequest, 'conversation'> | undefined {
  if (conversation === undefined) {
    if (idempotencyKey === undefined) return undefined;
    // No door takes an id with a dot, so that nobody comes back to it.
    const conversationId = `once.${derivedId(owner, idempotencyKey)}`;
    return {
      conversation: { conversationId, mode: 'either', expiresAtMs: nowMs + keyKeptMs },
    };
  }
  const { id, create } = conversation;
  if (isAnonymous && create && id !== undefined) {
    throw new ChatError('invalid_request', 'id: may be chosen only by callers with an identity');
  }
  if (id !== undefined)
    return { conversation: { conversationId: id, mode: create ? 'either' : 'existing' } };
  // The same request again must find the conversation that it opened.
  const conversationId =
    idempotencyKey === undefined ? newId(nowMs) : derivedId(owner, idempotencyKey);
  return { conversation: { conversationId, mode: 'new' } };
}
