import { beginTurn } from '#domain/begin-turn.ts';
import type { ConversationKey } from '#domain/conversation.ts';
import { readHistory, type History } from '#domain/history.ts';
import type {
  ConversationMode,
  Idempotency,
  InferenceConfig,
  Model,
  ModelRequest,
} from '#domain/ports.ts';
import { toQuestion, type Asked, type Question } from '#domain/question.ts';
import type { KeepingPorts } from '#domain/recover-turn.ts';
import { interruptedTurn, toMessages, type LiveTurn, type TurnKey } from '#domain/turn.ts';

export interface TurnPorts extends KeepingPorts {
  readonly model: Model;
}

export interface TurnRequest {
  readonly owner: string;
  readonly turnId: string;
  /** Left out for a one-shot prompt, of which nothing is kept. */
  readonly conversation?: KeptIn;
  readonly asked: Asked;
  readonly modelId: string;
  readonly system?: string;
  readonly inference: InferenceConfig;
  readonly idempotency?: Idempotency;
  /** About how many tokens of what was said before the model is shown at most. */
  readonly maxHistoryTokens: number;
  /** Aborted when the turn must end; its reason, a `ChatError`, says why. */
  readonly signal: AbortSignal;
  /** When whoever runs this turn is ended, in milliseconds since 1970. */
  readonly endsAtMs: number;
}

export interface KeptIn {
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
  readonly modelRequest: ModelRequest;
  readonly endsAtMs: number;
}

/** How long after its time is up nothing of a worker can be left. */
const leaseGraceMs = 15_000;

/** Makes the question durable and gathers what the model is to be asked. */
export async function openTurn(
  ports: TurnPorts,
  request: TurnRequest,
): Promise<OpenTurn | { readonly type: 'attached'; readonly key: TurnKey }> {
  const { owner, conversation, endsAtMs } = request;
  if (conversation === undefined) return openUnkept(ports, request);
  const key = { owner, conversationId: conversation.conversationId };
  const question = await toQuestion(ports.conversations, key, request.asked);
  const beginning = await beginTurn(ports, {
    ...key,
    ...question,
    mode: conversation.mode,
    turn: beginningOf(ports, request, question),
    ...(request.idempotency === undefined ? {} : { idempotency: request.idempotency }),
  });
  if (beginning.type === 'attached') return beginning;
  const { live, recent } = beginning;
  try {
    const lastId = live.parentId;
    const maxTokens = request.maxHistoryTokens;
    const history = await readHistory(ports.conversations, { key, lastId, recent, maxTokens });
    const modelRequest = modelRequestOf(request, question, history);
    const { turnId, sequence } = live;
    return { type: 'begun', live, key: { ...key, turnId, sequence }, modelRequest, endsAtMs };
  } catch (error) {
    // A turn that has begun and cannot go on must not stand in the way of the next.
    await release(ports, key, live).catch(() => undefined);
    throw error;
  }
}

async function release(
  { conversations, clock }: TurnPorts,
  key: ConversationKey,
  live: LiveTurn,
): Promise<void> {
  const nothing = { role: 'assistant', content: [] } as const;
  await conversations.finish(key, interruptedTurn(live, nothing, clock.now()));
}

function openUnkept(ports: TurnPorts, request: TurnRequest): OpenTurn {
  const { asked, endsAtMs } = request;
  if (asked.type !== 'message') throw new TypeError('A one-shot prompt has nothing to go back to');
  const live = { ...beginningOf(ports, request, asked), sequence: 1 };
  const modelRequest = modelRequestOf(request, asked, { turns: [] });
  return { type: 'begun', live, modelRequest, endsAtMs };
}

function beginningOf(
  { clock }: TurnPorts,
  { turnId, modelId, endsAtMs, conversation }: TurnRequest,
  { question }: Question,
): Omit<LiveTurn, 'sequence'> {
  const leaseUntilMs = endsAtMs + leaseGraceMs;
  const { expiresAtMs } = conversation ?? {};
  const turn = { turnId, question, modelId, startedAtMs: clock.now(), leaseUntilMs };
  return expiresAtMs === undefined ? turn : { ...turn, expiresAtMs };
}

function modelRequestOf(
  { modelId, inference, system }: TurnRequest,
  { question, answerSoFar }: Question,
  { turns, summary }: History,
): ModelRequest {
  const instructions = [
    system,
    summary === undefined ? undefined : `${summaryIntroduction}${summary}`,
  ];
  const given = instructions.filter((text) => text !== undefined).join('\n\n');
  return {
    modelId,
    inference,
    messages: [...toMessages(turns), question],
    ...(given === '' ? {} : { system: given }),
    ...(answerSoFar === undefined ? {} : { answerSoFar }),
  };
}

const summaryIntroduction = 'What was said earlier in this conversation, in short:\n';
