import type { Idempotency } from '#domain/conversation/conversations.ts';
import type { ModelReason } from '#domain/conversation/stream-event.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { ChatError } from '#domain/errors.ts';
import type { FallbackChains } from '#domain/model/fallbacks.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { ConversationTarget, TurnRequest } from '#domain/turn/open-turn.ts';
import type { TurnInput } from '#domain/turn/question.ts';
import { approvalKey } from '#domain/model/tools.ts';
import { routeModel } from '#domain/spending/route-model.ts';
import type { Invocation } from '#lambda/runtime/http.ts';
import { helpersOf, mustBeOneOf } from '#lambda/turn/turn-helpers.ts';
import { assertIdempotencyKey } from '#lambda/turn/idempotency-key.ts';
import { derivedId, fingerprintOf, newId } from '#lambda/runtime/new-id.ts';
import type { TurnFormat } from '#protocol/turn/chat-options.ts';
import type { ChatQuestion, ChatRequest } from '#protocol/turn/chat-request.ts';

export interface ChatPolicy {
  /** The models a request may name; the first answers requests that name none. */
  readonly models: readonly [string, ...string[]];
  readonly maxOutputTokens: number;
  readonly maxHistoryTokens: number;
  /** Knowledge bases and agents by the names that a request may have for them. */
  readonly knowledgeBases: Readonly<Record<string, string>>;
  readonly agents: Readonly<Record<string, string>>;
  /** MCP servers, beside the sets of tools that are ours. */
  readonly mcpServers: Readonly<Record<string, string>>;
  /** Who answers in the place of a model that is not there. */
  readonly fallbacks: FallbackChains;
  readonly prices: Prices;
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
  const turnId = newId(nowMs);
  const { modelId, reason } = chooseModel(chat, policy);
  const maxTokens = chat.inference.maxTokens ?? policy.maxOutputTokens;
  if (maxTokens > policy.maxOutputTokens) {
    const limit = `must be at most ${policy.maxOutputTokens}`;
    throw new ChatError('invalid_request', `inference.max_tokens: ${limit}`);
  }
  const inference = { ...chat.inference, maxTokens };
  const kept =
    chat.cacheMs === undefined
      ? keptOf(chat, context)
      : cachedOf({ ...chat, inference, modelId }, chat.cacheMs, context);
  return {
    owner,
    modelId,
    turnId,
    asked: toAsked(chat.question),
    inference,
    fallbackIds: policy.fallbacks[modelId] ?? [],
    maxHistoryTokens: policy.maxHistoryTokens,
    signal: invocation.signal,
    endsAtMs: invocation.endsAtMs,
    ...kept,
    ...helpersOf(chat, { ...context, sessionName: kept.conversation?.conversationId ?? turnId }),
    ...(reason === undefined ? {} : { modelReason: reason }),
    ...(chat.system === undefined ? {} : { system: chat.system }),
    ...(chat.tools === undefined ? {} : { tools: chat.tools }),
    ...(chat.toolChoice === undefined ? {} : { toolChoice: chat.toolChoice }),
    ...(chat.outputSchema === undefined ? {} : { outputSchema: chat.outputSchema }),
  };
}

/** Asks for the model that the request needs. */
const autoModel = 'auto';

/** What a request may name as its model. */
export function offeredModels({ models }: Pick<ChatPolicy, 'models'>): readonly string[] {
  return [...models, autoModel];
}

function chooseModel(
  { modelId, question, system, inference, tools, agent }: ChatRequest,
  policy: ChatPolicy,
): { readonly modelId: string; readonly reason?: ModelReason } {
  if (agent !== undefined) return { modelId: `agent:${agent}` };
  const { models, prices } = policy;
  const offered = offeredModels(policy);
  if (modelId !== undefined && !offered.includes(modelId)) throw mustBeOneOf('model', offered);
  if (modelId !== autoModel) return { modelId: modelId ?? models[0] };
  const { maxTokens } = inference;
  return routeModel(models, prices, {
    ...(tools === undefined ? newWords(question) : {}),
    ...(system === undefined ? {} : { system }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  });
}

/** The words of a question that goes back to nothing. */
function newWords(question: ChatQuestion): { readonly text?: string } {
  if (question.type === 'message') return { text: question.text };
  if (question.type !== 'exchange') return {};
  const [only, ...others] = question.messages;
  return only === undefined || others.length > 0 ? {} : { text: messageText(only) };
}

type KeptAs = Pick<TurnRequest, 'conversation' | 'idempotency'>;

function keptOf(chat: ChatRequest, context: TurnContext): KeptAs {
  const idempotency = idempotencyOf(chat, context);
  const conversation = conversationOf(chat, context);
  return {
    ...(conversation === undefined ? {} : { conversation }),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
}

/**
 * A prompt whose answer is given again to the same owner for the same prompt, as long as it is
 * young enough: all that changes the answer is part of where it is kept.
 */
function cachedOf(chat: ChatRequest, maxAgeMs: number, context: TurnContext): KeptAs {
  // The prompt itself is the key; one that is sent besides has to be one all the same.
  idempotencyOf(chat, context);
  const { question, modelId, system, inference } = chat;
  const { owner, isAnonymous, nowMs } = context;
  if (isAnonymous) {
    throw new ChatError('invalid_request', 'cache: is only for callers with an identity');
  }
  const settings = Object.entries(inference).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const same = JSON.stringify([question, modelId, system, settings]);
  return {
    conversation: {
      conversationId: `once.${derivedId(owner, 'cache', same)}`,
      mode: 'either',
      expiresAtMs: nowMs + maxAgeMs + keyKeptMs,
    },
    idempotency: { key: 'cache', fingerprint: 'cache', maxAgeMs },
  };
}

function toAsked(question: ChatQuestion): TurnInput {
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
    case 'exchange':
    case 'approve':
      return question;
  }
}

/** Keys that callers without an identity choose must be such that nobody else's is the same. */
const anonymousKeyLength = 20;

function idempotencyOf(
  chat: ChatRequest,
  { idempotencyKey: key, isAnonymous }: TurnContext,
): Idempotency | undefined {
  const { question } = chat;
  if (question.type === 'approve') {
    // What was allowed once is done once, whatever the request is called and however it is answered.
    const words = question.decisions.map((one) => JSON.stringify([one.toolUseId, one.isApproved]));
    const fingerprint = fingerprintOf(words.toSorted().join());
    return { key: approvalKey(question.turnId), fingerprint };
  }
  if (key === undefined) return undefined;
  assertIdempotencyKey(key);
  if (key.startsWith(approvalKey(''))) {
    throw new ChatError(
      'invalid_request',
      `Idempotency-Key: must not begin with ${approvalKey('')}`,
    );
  }
  const fingerprint = fingerprintOf(JSON.stringify(withoutFormat(chat)));
  if (isAnonymous && key.length < anonymousKeyLength) {
    const limit = `must be at least ${anonymousKeyLength} characters for callers without an identity`;
    throw new ChatError('invalid_request', `Idempotency-Key: ${limit}`);
  }
  return { key, fingerprint };
}

/** In which format it is told does not make another request of it. */
function withoutFormat({ format: _, ...asked }: ChatRequest): Omit<ChatRequest, 'format'> {
  return asked;
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
): ConversationTarget | undefined {
  if (conversation === undefined) {
    if (idempotencyKey === undefined) return undefined;
    // No door takes an id with a dot, so that nobody comes back to it.
    const conversationId = `once.${derivedId(owner, idempotencyKey)}`;
    return { conversationId, mode: 'either', expiresAtMs: nowMs + keyKeptMs };
  }
  const { id, create } = conversation;
  if (isAnonymous && create && id !== undefined) {
    throw new ChatError('invalid_request', 'id: may be chosen only by callers with an identity');
  }
  if (id !== undefined) return { conversationId: id, mode: create ? 'either' : 'existing' };
  // The same request again must find the conversation that it opened.
  const conversationId =
    idempotencyKey === undefined ? newId(nowMs) : derivedId(owner, idempotencyKey);
  return { conversationId, mode: 'new' };
}
