import { withFiles } from '#domain/conversation/attached-files.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import { attachmentsIn } from '#domain/conversation/message.ts';
import type { LiveTurn, TurnKey } from '#domain/conversation/turn.ts';
import { toMessages } from '#domain/conversation/turn.ts';
import { invalidRequest, toChatError, type ChatError } from '#domain/errors.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { Reservation } from '#domain/spending/ledger.ts';
import { reserveOrRelease } from '#domain/spending/pricing.ts';
import { beginTurn, type RepeatedTurn } from '#domain/turn/begin-turn.ts';
import { noHistory, readHistory, type History } from '#domain/turn/history.ts';
import { leaseGraceMs } from '#domain/turn/abandoned.ts';
import { fromExchange, toQuestion, type Question, type TurnInput } from '#domain/turn/question.ts';
import { reserveTurn } from '#domain/turn/reserve-turn.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';

/** A turn that is ready for its model. */
export interface OpenTurn {
  readonly type: 'begun';
  readonly live: LiveTurn;
  /** Where the turn is stored; absent for a prompt that is not stored. */
  readonly key?: TurnKey;
  /** The title of its conversation; absent for a prompt that is not stored. */
  readonly title?: string;
  readonly history: History;
  readonly modelRequest: ModelRequest;
  readonly reservation: Reservation;
  /** Why the model must not be called. */
  readonly refusal?: ChatError;
  readonly endsAtMs: number;
}

/**
 * Stores the question, reserves the maximum cost, and returns what to ask the model. Returns the
 * earlier turn if that answers the request. Throws a `ChatError` if nothing began.
 */
export async function openTurn(
  ports: TurnPorts,
  request: TurnRequest,
): Promise<OpenTurn | RepeatedTurn> {
  const { owner, conversation, idempotency, boundKey } = request;
  if (conversation === undefined) return openOneShot(ports, request);
  const key = { owner, conversationId: conversation.conversationId };
  const question = await toQuestion(ports, key, request.input);
  const reservation = reserveTurn(ports, request, question);
  const turn = toLiveTurn(ports, request, question, reservation);
  const { mode } = conversation;
  // Before the reservation, so that every reservation has a turn with which it is recovered.
  const beginning = { ...key, ...question, mode, turn, idempotency };
  const begun = await beginTurn(ports, beginning, boundKey);
  if (begun.type === 'repeated') return begun;
  const { live, title, recent } = begun;
  const turnKey = { ...key, turnId: live.turnId, sequence: live.sequence };
  const opened = { type: 'begun', live, key: turnKey, title, reservation } as const;
  const past = { key, lastId: live.parentId, recent, maxTokens: request.maxHistoryTokens };
  const [reserved, history] = await Promise.allSettled([
    reserveOrRelease(ports.ledger, reservation),
    readHistory(ports.conversations, past),
  ]);
  // The question is already stored, so the turn ends with the error if there is one.
  const failed = [reserved, history].find(({ status }) => status === 'rejected');
  if (history.status === 'rejected' || failed !== undefined) {
    const refusal = toChatError(failed?.status === 'rejected' ? failed.reason : undefined);
    return { ...opened, ...toModelCall(request, question), refusal };
  }
  const call = toModelCall(request, question, history.value);
  try {
    return { ...opened, ...call, modelRequest: await withItsFiles(ports, key, call, question) };
  } catch (error) {
    return { ...opened, ...call, refusal: toChatError(error) };
  }
}

/** Agents and knowledge bases that generate the answer themselves are sent nothing but text. */
async function withItsFiles(
  { attachments }: TurnPorts,
  key: ConversationKey,
  { modelRequest }: Pick<OpenTurn, 'modelRequest'>,
  { question, files }: Question,
): Promise<ModelRequest> {
  const { agent, knowledge, messages } = modelRequest;
  const field = agent === undefined ? 'knowledge_base' : 'agent';
  const isTextOnly = agent !== undefined || knowledge?.mode === 'retrieve_and_generate';
  if (!isTextOnly) {
    return { ...modelRequest, messages: await withFiles(attachments, key, messages, files) };
  }
  if (attachmentsIn(question).length === 0) return modelRequest;
  throw invalidRequest(field, 'cannot read the files of this message');
}

async function openOneShot(ports: TurnPorts, request: TurnRequest): Promise<OpenTurn> {
  const question = toOneShotQuestion(request.input);
  const reservation = reserveTurn(ports, request, question);
  await reserveOrRelease(ports.ledger, reservation);
  const live = { ...toLiveTurn(ports, request, question, reservation), sequence: 1 };
  return { type: 'begun', live, reservation, ...toModelCall(request, question) };
}

function toOneShotQuestion(input: TurnInput): Question {
  switch (input.type) {
    case 'message':
      return { question: input.question };
    case 'exchange':
      return fromExchange(input.messages);
    case 'edit':
    case 'regenerate':
    case 'continue':
    case 'approve':
      throw new TypeError('A one-shot prompt has no earlier turn');
  }
}

function toLiveTurn(
  { prices }: TurnPorts,
  { turnId, modelId, endsAtMs, conversation }: TurnRequest,
  { question }: Question,
  { atMs: startedAtMs, max }: Reservation,
): Omit<LiveTurn, 'sequence'> {
  const { expiresAtMs } = conversation ?? {};
  return {
    turnId,
    question,
    modelId,
    startedAtMs,
    leaseUntilMs: endsAtMs + leaseGraceMs,
    // Costs are shown only for models with a known price.
    ...(prices.of(modelId) === undefined ? {} : { maxNanoUsd: max.nanoUsd }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

function toModelCall(
  request: TurnRequest,
  question: Question,
  history: History = noHistory,
): Pick<OpenTurn, 'history' | 'modelRequest' | 'endsAtMs'> {
  const modelRequest = toModelRequest(request, question, history);
  return { history, modelRequest, endsAtMs: request.endsAtMs };
}

function toModelRequest(
  { owner, modelId, options, extensions, observer }: TurnRequest,
  { question, answerSoFar, pending, messages }: Question,
  { turns, summary }: History,
): ModelRequest {
  const instructions = [
    options.system,
    summary === undefined ? undefined : `${summaryIntroduction}${summary}`,
  ].filter((text) => text !== undefined);
  const hasTools = extensions.toolUse !== undefined;
  return {
    ...options,
    ...extensions,
    owner,
    modelId,
    messages: messages ?? [...toMessages(turns, { hasTools }), question],
    hasStoredMessages: turns.length > 0 || pending !== undefined || answerSoFar !== undefined,
    system: instructions.length === 0 ? undefined : instructions.join('\n\n'),
    pending,
    answerSoFar,
    observer,
  };
}

const summaryIntroduction = 'A summary of the conversation so far:\n';
