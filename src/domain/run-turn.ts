import { accumulate, emptyAnswer, toMessage, type Answer } from '#domain/accumulate.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import type { Message } from '#domain/message.ts';
import type {
  BegunTurn,
  ConversationMode,
  Conversations,
  InferenceConfig,
  Model,
  ModelRequest,
} from '#domain/ports.ts';
import type { TurnEvent } from '#domain/stream-event.ts';
import { toMessages, type LiveTurn, type Turn, type TurnState } from '#domain/turn.ts';

export interface TurnPorts {
  readonly model: Model;
  readonly conversations: Conversations;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

export interface TurnRequest {
  readonly owner: string;
  readonly turnId: string;
  /** Left out for a one-shot prompt, of which nothing is kept. */
  readonly conversation?: { readonly conversationId: string; readonly mode: ConversationMode };
  readonly question: Message;
  readonly modelId: string;
  readonly system?: string;
  readonly inference: InferenceConfig;
  /** Aborted when the turn must end; its reason, a `ChatError`, says why. */
  readonly signal: AbortSignal;
  /** When whoever runs this turn is certainly gone, in milliseconds since 1970. */
  readonly leaseUntilMs: number;
}

/**
 * Runs one turn: keeps the question, asks the model, passes on what it says, keeps the answer.
 * Throws a `ChatError` only before the turn has begun; from `turn-start` on, failures are events.
 * A reader that leaves half way leaves an `interrupted` turn with the answer as far as it got.
 */
export async function* runTurn(
  ports: TurnPorts,
  request: TurnRequest,
): AsyncGenerator<TurnEvent, void, undefined> {
  const begun = await begin(ports, request);
  let answer = emptyAnswer;
  let ending: Ending = { state: 'interrupted' };
  let unstored: ChatError | undefined;
  try {
    yield turnStart(request);
    for await (const event of ports.model.stream(modelRequest(request, begun), request.signal)) {
      answer = accumulate(answer, event);
      yield event;
    }
    ending = endingOf(answer);
  } catch (error) {
    ending = failedWith(toChatError(error));
  } finally {
    unstored = await store(
      ports,
      request,
      endedTurn(begun.live, { answer, ending, finishedAtMs: ports.now() }),
    );
  }
  yield lastEvent(answer, unstored ?? ending.error);
}

interface Ending {
  readonly state: TurnState;
  readonly error?: ChatError;
}

async function begin({ conversations, now }: TurnPorts, request: TurnRequest): Promise<BegunTurn> {
  const { owner, conversation, turnId, question, modelId, leaseUntilMs } = request;
  const turn = { turnId, question, modelId, startedAtMs: now(), leaseUntilMs };
  if (conversation === undefined) return { live: { ...turn, sequence: 1 }, history: [] };
  return conversations.begin({ owner, ...conversation, turn });
}

function turnStart({ turnId, modelId, conversation }: TurnRequest): TurnEvent {
  const start = { type: 'turn-start', turnId, modelId } as const;
  if (conversation === undefined) return start;
  return { ...start, conversationId: conversation.conversationId };
}

function modelRequest(request: TurnRequest, { history }: BegunTurn): ModelRequest {
  const { modelId, question, inference, system } = request;
  const messages = [...toMessages(history), question];
  return { modelId, messages, inference, ...(system === undefined ? {} : { system }) };
}

/** An answer that does not say why it stopped was cut short, whatever its source believes. */
function endingOf(answer: Answer): Ending {
  if (answer.stopReason !== undefined) return { state: 'complete' };
  return failedWith(new ChatError('model_error', 'The answer was cut short.'));
}

function failedWith(error: ChatError): Ending {
  return { state: error.code === 'timed_out' ? 'timed_out' : 'failed', error };
}

interface End {
  readonly answer: Answer;
  readonly ending: Ending;
  readonly finishedAtMs: number;
}

function endedTurn(live: LiveTurn, { answer, ending, finishedAtMs }: End): Turn {
  const { leaseUntilMs: _, ...begun } = live;
  return {
    ...begun,
    finishedAtMs,
    state: ending.state,
    answer: toMessage(answer),
    ...(answer.stopReason === undefined ? {} : { stopReason: answer.stopReason }),
    ...(answer.usage === undefined ? {} : { usage: answer.usage }),
    ...(ending.error === undefined ? {} : { errorCode: ending.error.code }),
  };
}

/** Keeps the ended turn; a failure to do so is returned, for the reader has to hear of it. */
async function store(
  { conversations }: TurnPorts,
  { owner, conversation }: TurnRequest,
  turn: Turn,
): Promise<ChatError | undefined> {
  if (conversation === undefined) return undefined;
  try {
    await conversations.finish({ owner, conversationId: conversation.conversationId }, turn);
    return undefined;
  } catch (error) {
    return toChatError(error);
  }
}

function lastEvent({ stopReason, usage }: Answer, error: ChatError | undefined): TurnEvent {
  if (error !== undefined) return { type: 'error', error };
  const stop = { type: 'turn-stop', stopReason: stopReason ?? 'end_turn' } as const;
  return usage === undefined ? stop : { ...stop, usage };
}
