import { ChatError } from '#domain/errors.ts';
import { userMessage } from '#domain/message.ts';
import type { TurnRequest } from '#domain/run-turn.ts';
import type { Invocation } from '#lambda/http.ts';
import { newId } from '#lambda/new-id.ts';
import type { ChatRequest, TurnFormat } from '#protocol/chat-request.ts';

export interface ChatPolicy {
  /** The models a request may name; the first answers requests that name none. */
  readonly models: readonly [string, ...string[]];
  readonly maxOutputTokens: number;
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
  return {
    owner,
    modelId,
    turnId: newId(nowMs),
    question: userMessage(chat.text),
    inference: { ...chat.inference, maxTokens },
    signal: invocation.signal,
    leaseUntilMs: invocation.leaseUntilMs,
    ...conversationOf(chat, context),
    ...(chat.system === undefined ? {} : { system: chat.system }),
  };
}

/**
 * Callers without an identity share an owner, and only ids that nobody can guess keep them apart:
 * they may go on with a conversation they were given, and not choose an id of their own.
 */
function conversationOf(
  { conversation }: ChatRequest,
  { nowMs, isAnonymous }: TurnContext,
): Pick<TurnRequest, 'conversation'> {
  if (conversation === undefined) return {};
  const { id, create } = conversation;
  if (isAnonymous && create && id !== undefined) {
    throw new ChatError('invalid_request', 'id: may be chosen only by callers with an identity');
  }
  if (id === undefined) return { conversation: { conversationId: newId(nowMs), mode: 'new' } };
  return { conversation: { conversationId: id, mode: create ? 'either' : 'existing' } };
}
