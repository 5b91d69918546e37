import type { ConversationMode, Idempotency } from '#domain/conversation/conversations.ts';
import { releaseReservation } from '#domain/spending/pricing.ts';
import type { ModelReason } from '#domain/conversation/stream-event.ts';
import { beginTurn } from '#domain/turn/begin-turn.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { toChatError, type ChatError } from '#domain/errors.ts';
import { noHistory, readHistory, type History } from '#domain/turn/history.ts';
import type { KnowledgeUse } from '#domain/model/knowledge.ts';
import type {
  AgentUse,
  InferenceConfig,
  Model,
  OutputOptions,
  ModelRequest,
} from '#domain/model/model.ts';
import { exchanged, toQuestion, type TurnInput, type Question } from '#domain/turn/question.ts';
import type { StoragePorts } from '#domain/turn/recover-turn.ts';
import { reservationOf } from '#domain/turn/reserve-turn.ts';
import type { Ledger, Reservation } from '#domain/spending/ledger.ts';
import type { ToolUse } from '#domain/model/tools.ts';
import { toMessages, type LiveTurn, type TurnKey } from '#domain/conversation/turn.ts';

export interface TurnPorts extends StoragePorts {
  readonly model: Model;
  readonly ledger: Ledger;
  readonly prices: Prices;
}

export interface TurnRequest extends OutputOptions {
  readonly owner: string;
  readonly turnId: string;
  /** Left out for a one-shot prompt, of which nothing is kept. */
  readonly conversation?: ConversationTarget;
  readonly asked: TurnInput;
  readonly modelId: string;
  /** Why it is this model, where the choice was left to us. */
  readonly modelReason?: ModelReason;
  /** Models that may answer in its place. */
  readonly fallbackIds?: readonly string[] | undefined;
  readonly system?: string;
  readonly inference: InferenceConfig;
  readonly knowledge?: KnowledgeUse;
  readonly agent?: AgentUse;
  readonly toolUse?: ToolUse;
  readonly idempotency?: Idempotency;
  /** About how many tokens of what was said before the model is shown at most. */
  readonly maxHistoryTokens: number;
  /** Aborted when the turn must end; its reason, a `ChatError`, says why. */
  readonly signal: AbortSignal;
  /** When whoever runs this turn is ended, in milliseconds since 1970. */
  readonly endsAtMs: number;
}

export interface ConversationTarget {
  readonly conversationId: string;
  readonly mode: ConversationMode;
  /** For a one-shot prompt that is kept only so that it is not paid for twice: until when. */
  readonly expiresAtMs?: number;
}

/** A turn that is ready for its model. */
export interface OpenTurn {
  readonly type: 'begun';
  readonly live: LiveTurn;
  /** Where it is kept; absent for a prompt of which nothing is. */
  readonly key?: TurnKey;
  readonly history: History;
  readonly modelRequest: ModelRequest;
  readonly reservation: Reservation;
  /** Why the model is not to be asked. */
  readonly refusal?: ChatError;
  readonly endsAtMs: number;
}

/** How long after its time is up nothing of a worker can be left. */
const leaseGraceMs = 15_000;

/** Makes the question durable, sets aside what it may cost, and gathers what the model is asked. */
export async function openTurn(
  ports: TurnPorts,
  request: TurnRequest,
): Promise<OpenTurn | { readonly type: 'attached'; readonly key: TurnKey }> {
  const { owner, conversation } = request;
  if (conversation === undefined) return openUnkept(ports, request);
  const key = { owner, conversationId: conversation.conversationId };
  const question = await toQuestion(ports, key, request.asked);
  const reservation = reservationOf(ports, request, question);
  const turn = beginningOf(ports, request, { ...question, reservation });
  const { idempotency } = request;
  // Both at once, so that the model is asked one round trip later and not two.
  const [reserved, begun] = await Promise.allSettled([
    ports.ledger.reserve(reservation),
    beginTurn(ports, {
      ...key,
      ...question,
      mode: conversation.mode,
      turn,
      ...(idempotency === undefined ? {} : { idempotency }),
    }),
  ]);
  if (begun.status === 'rejected' || begun.value.type === 'attached') {
    if (reserved.status === 'fulfilled') await releaseReservation(ports.ledger, reservation);
  }
  if (begun.status === 'rejected') throw begun.reason;
  if (begun.value.type === 'attached') return begun.value;
  const { live, recent } = begun.value;
  const turnKey = { ...key, turnId: live.turnId, sequence: live.sequence };
  const opened = { type: 'begun', live, key: turnKey, reservation } as const;
  try {
    if (reserved.status === 'rejected') throw reserved.reason;
    const maxTokens = request.maxHistoryTokens;
    const past = { key, lastId: live.parentId, recent, maxTokens };
    const history = await readHistory(ports.conversations, past);
    return { ...opened, ...toAsk(request, question, history) };
  } catch (error) {
    // The question is kept: the turn ends with what is in its way.
    return { ...opened, ...toAsk(request, question), refusal: toChatError(error) };
  }
}

async function openUnkept(ports: TurnPorts, request: TurnRequest): Promise<OpenTurn> {
  const question = alone(request.asked);
  const reservation = reservationOf(ports, request, question);
  await ports.ledger.reserve(reservation);
  const live = { ...beginningOf(ports, request, { ...question, reservation }), sequence: 1 };
  return { type: 'begun', live, reservation, ...toAsk(request, question) };
}

/** What is asked by a request that goes back to nothing. */
function alone(asked: TurnInput): Question {
  switch (asked.type) {
    case 'message':
      return { question: asked.question };
    case 'exchange':
      return exchanged(asked.messages);
    case 'edit':
    case 'regenerate':
    case 'continue':
    case 'approve':
      throw new TypeError('A one-shot prompt has nothing to go back to');
  }
}

function beginningOf(
  { prices }: TurnPorts,
  { turnId, modelId, endsAtMs, conversation }: TurnRequest,
  { question, reservation }: Question & { readonly reservation: Reservation },
): Omit<LiveTurn, 'sequence'> {
  const { atMs: startedAtMs, max } = reservation;
  const { expiresAtMs } = conversation ?? {};
  return {
    turnId,
    question,
    modelId,
    startedAtMs,
    leaseUntilMs: endsAtMs + leaseGraceMs,
    // Of a model without a price nobody is told what a turn cost.
    ...(prices.of(modelId) === undefined ? {} : { maxNanoUsd: max.nanoUsd }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}

function toAsk(
  request: TurnRequest,
  question: Question,
  history: History = noHistory,
): Pick<OpenTurn, 'history' | 'modelRequest' | 'endsAtMs'> {
  return {
    history,
    modelRequest: modelRequestOf(request, question, history),
    endsAtMs: request.endsAtMs,
  };
}

function modelRequestOf(
  request: TurnRequest,
  { question, answerSoFar, pending, messages }: Question,
  { turns, summary }: History,
): ModelRequest {
  const instructions = [
    request.system,
    summary === undefined ? undefined : `${summaryIntroduction}${summary}`,
  ];
  const { modelId, inference, tools, toolChoice, outputSchema, knowledge, agent, toolUse } =
    request;
  const given = instructions.filter((text) => text !== undefined).join('\n\n');
  return {
    modelId,
    inference,
    messages: messages ?? [...toMessages(turns, { hasTools: toolUse !== undefined }), question],
    ...(tools === undefined ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(given === '' ? {} : { system: given }),
    ...(knowledge === undefined ? {} : { knowledge }),
    ...(agent === undefined ? {} : { agent }),
    ...(toolUse === undefined ? {} : { toolUse }),
    ...(pending === undefined ? {} : { pending }),
    ...(answerSoFar === undefined ? {} : { answerSoFar }),
  };
}

const summaryIntroduction = 'What was said earlier in this conversation, in short:\n';
