import type { Clock } from '#domain/clock.ts';
import type { Idempotency } from '#domain/conversation/conversations.ts';
import { messageText, userMessage } from '#domain/conversation/message.ts';
import type { ModelReason } from '#domain/conversation/stream-event.ts';
import { invalidRequest } from '#domain/errors.ts';
import { approvalKey } from '#domain/model/tools.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { routeModel } from '#domain/spending/route-model.ts';
import type {
  ChatChoices,
  ChatOptions,
  ChatPolicy,
  ChatQuestion,
  ChatRequest,
} from '#domain/chat/chat-request.ts';
import { assertIdempotencyKey, type Ids } from '#domain/ids.ts';
import { assertCompatible, mustBeOneOf, planExtensions } from '#domain/chat/plan-extensions.ts';
import { planCached, type StoredTurn } from '#domain/chat/plan-cached.ts';
import { hiddenConversation } from '#domain/chat/plan-one-shot.ts';
import { assertSettings, planSettings } from '#domain/chat/plan-settings.ts';
import { planTitle } from '#domain/chat/plan-title.ts';
import type { TurnInput } from '#domain/turn/question.ts';
import type { ConversationTarget, TurnRequest } from '#domain/turn/turn-request.ts';

export interface PlanPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly prices: Prices;
}

/** Who sends a chat request, and how long it may run. */
export interface PlanContext {
  readonly owner: string;
  /** Callers without an identity share one owner. */
  readonly isAnonymous: boolean;
  /** The `Idempotency-Key` that the caller sent. */
  readonly idempotencyKey?: string | undefined;
  readonly signal: AbortSignal;
  readonly endsAtMs: number;
}

/**
 * Returns the turn that a chat request asks for. Throws `invalid_request`, naming the field, if
 * the policy does not allow the request.
 */
export function planTurn(
  ports: PlanPorts,
  policy: ChatPolicy,
  chat: ChatRequest,
  context: PlanContext,
): TurnRequest {
  assertAllowed(chat, policy, context);
  const { question, conversation: _, modelId: __, ...rest } = chat;
  const { knowledge: ___, agent: ____, toolSets: _____, cacheMs, ...requested } = rest;
  const turnId = ports.ids.create(ports.clock.now());
  const { modelId, reason } = chooseModel(chat, policy, ports.prices);
  const maxTokens = chat.inference.maxTokens ?? policy.maxOutputTokens;
  const options = {
    ...requested,
    ...(chat.agent === undefined ? planSettings(chat, policy) : {}),
    inference: { ...chat.inference, maxTokens },
  };
  const uncached = storedTurn(ports, chat, context);
  const prompt = { question, modelId, options };
  const stored =
    cacheMs === undefined
      ? uncached
      : planCached(ports, { ...prompt, ...context, maxAgeMs: cacheMs }, uncached);
  const sessionName = stored.conversation?.conversationId ?? turnId;
  return {
    owner: context.owner,
    turnId,
    ...stored,
    input: toInput(question),
    modelId,
    modelReason: reason,
    fallbackIds: policy.fallbacks[modelId] ?? [],
    titleModel: planTitle(ports.prices, policy, {
      conversation: stored.conversation,
      agent: chat.agent,
      isAnonymous: context.isAnonymous,
      modelId,
    }),
    options,
    extensions: planExtensions(
      chat,
      policy,
      ports.ids.derive('session', context.owner, sessionName),
    ),
    maxHistoryTokens: policy.maxHistoryTokens,
    signal: context.signal,
    endsAtMs: context.endsAtMs,
  };
}

/** Throws `invalid_request`, naming the field, if the policy does not allow the chat request. */
export function assertAllowed(
  chat: ChatRequest,
  policy: ChatChoices,
  { isAnonymous, idempotencyKey }: Pick<PlanContext, 'isAnonymous' | 'idempotencyKey'>,
): void {
  const { agent, modelId, inference, conversation, cacheMs } = chat;
  const models = offeredModels(policy);
  if (agent === undefined && modelId !== undefined && !models.includes(modelId)) {
    throw mustBeOneOf('model', models);
  }
  if (inference.maxTokens !== undefined && inference.maxTokens > policy.maxOutputTokens) {
    throw invalidRequest('inference.max_tokens', `must be at most ${policy.maxOutputTokens}`);
  }
  if (chat.question.type !== 'approve') assertKey(idempotencyKey, isAnonymous);
  if (isAnonymous && cacheMs !== undefined) {
    throw invalidRequest('cache', 'is only for callers with an identity');
  }
  // Only an id that cannot be guessed separates callers who share an owner.
  if (isAnonymous && conversation?.create === true && conversation.id !== undefined) {
    throw invalidRequest('id', 'may be chosen only by callers with an identity');
  }
  assertCompatible(chat, policy, isAnonymous);
  assertSettings(chat, policy);
}

/** Throws `invalid_request` if a chat request with these options could never be allowed. */
export function assertOptions(options: ChatOptions, choices: ChatChoices): void {
  const question = { type: 'message', text: '' } as const;
  assertAllowed({ ...options, question, conversation: { create: true } }, choices, {
    isAnonymous: false,
  });
}

/** The name of the model that leaves the choice to the router. */
export const autoModel = 'auto';

/** Returns the model names that a request may use. */
export function offeredModels({ models }: Pick<ChatPolicy, 'models'>): readonly string[] {
  return [...models, autoModel];
}

function chooseModel(
  { modelId, question, system, inference, tools, agent }: ChatRequest,
  { models }: ChatPolicy,
  prices: Prices,
): { readonly modelId: string; readonly reason?: ModelReason } {
  if (agent !== undefined) return { modelId: `agent:${agent}` };
  if (modelId !== autoModel) return { modelId: modelId ?? models[0] };
  const text = tools === undefined ? newText(question) : undefined;
  return routeModel(models, prices, { text, system, maxTokens: inference.maxTokens });
}

/** Returns the text of a question that depends neither on an earlier turn nor on a file. */
function newText(question: ChatQuestion): string | undefined {
  if (question.type === 'message') {
    return question.attachmentIds === undefined ? question.text : undefined;
  }
  if (question.type !== 'exchange') return undefined;
  const [only, ...others] = question.messages;
  return only === undefined || others.length > 0 ? undefined : messageText(only);
}

function storedTurn(ports: PlanPorts, chat: ChatRequest, context: PlanContext): StoredTurn {
  return {
    conversation: targetOf(ports, chat, context),
    idempotency: idempotencyOf(ports.ids, chat, context.idempotencyKey),
  };
}

function toInput(question: ChatQuestion): TurnInput {
  switch (question.type) {
    case 'message': {
      const { text, parentId, attachmentIds } = question;
      const asked = { question: userMessage(text), attachmentIds };
      if (parentId === undefined) return { type: 'message', ...asked };
      return { type: 'edit', ...asked, parentId };
    }
    case 'regenerate': {
      const { text, turnId } = question;
      return {
        type: 'regenerate',
        turnId,
        question: text === undefined ? undefined : userMessage(text),
      };
    }
    case 'continue':
    case 'exchange':
    case 'approve':
      return question;
  }
}

/** The minimum length of an idempotency key from an anonymous caller, so that no two collide. */
const minAnonymousKeyLength = 20;

function assertKey(key: string | undefined, isAnonymous: boolean): void {
  if (key === undefined) return;
  assertIdempotencyKey(key);
  if (key.startsWith(approvalKey(''))) {
    throw invalidRequest('Idempotency-Key', `must not begin with ${approvalKey('')}`);
  }
  if (isAnonymous && key.length < minAnonymousKeyLength) {
    throw invalidRequest(
      'Idempotency-Key',
      `must be at least ${minAnonymousKeyLength} characters for callers without an identity`,
    );
  }
}

function idempotencyOf(
  ids: Ids,
  chat: ChatRequest,
  key: string | undefined,
): Idempotency | undefined {
  const { question } = chat;
  if (question.type === 'approve') {
    // A decision is executed once, whatever key or format the request has.
    const decisions = question.decisions.map((one) =>
      JSON.stringify([one.toolUseId, one.isApproved]),
    );
    const fingerprint = ids.fingerprint(decisions.toSorted().join());
    return { key: approvalKey(question.turnId), fingerprint };
  }
  return key === undefined
    ? undefined
    : { key, fingerprint: ids.fingerprint(JSON.stringify(chat)) };
}

function targetOf(
  ports: PlanPorts,
  { conversation }: ChatRequest,
  { owner, idempotencyKey }: PlanContext,
): ConversationTarget | undefined {
  if (conversation === undefined) {
    if (idempotencyKey === undefined) return undefined;
    return hiddenConversation(ports, [owner, idempotencyKey]);
  }
  const { clock, ids } = ports;
  const { id, create } = conversation;
  if (id !== undefined) return { conversationId: id, mode: create ? 'either' : 'existing' };
  // A repeated request must find the conversation that the first one created.
  const conversationId =
    idempotencyKey === undefined ? ids.create(clock.now()) : ids.derive(owner, idempotencyKey);
  return { conversationId, mode: 'new' };
}
