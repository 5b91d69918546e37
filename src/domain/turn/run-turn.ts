import type { Cost } from '#domain/conversation/usage.ts';
import { turnCost } from '#domain/spending/pricing.ts';
import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import { startCheckpoints, type Checkpoints } from '#domain/turn/checkpoints.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import { estimatedUsage } from '#domain/model/estimate-tokens.ts';
import { summarizeHistory } from '#domain/turn/summarize-history.ts';
import { endOf, followTurn } from '#domain/turn/follow-turn.ts';
import { renumberBlocks } from '#domain/model/block-index.ts';
import {
  openTurn,
  type OpenTurn,
  type TurnPorts,
  type TurnRequest,
} from '#domain/turn/open-turn.ts';
import { settleTurn, storeTurn } from '#domain/turn/store-turn.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { isLogEvent } from '#domain/conversation/turn-log.ts';
import {
  endedTurn,
  type Outcome,
  type Turn,
  type TurnKey,
  type TurnState,
} from '#domain/conversation/turn.ts';

/**
 * Runs one turn: keeps the question, asks the model, passes on what it says, keeps the answer as
 * it comes and as it ended. A request that came before is told the turn that it began then.
 * Throws a `ChatError` only before the turn has begun; from `turn-start` on, failures are events.
 * A reader that leaves half way leaves an `interrupted` turn with the answer as far as it got.
 */
export async function* runTurn(
  ports: TurnPorts,
  request: TurnRequest,
): AsyncGenerator<TurnEvent, void, undefined> {
  const opened = await openTurn(ports, request);
  if (opened.type === 'attached') {
    yield* follow(ports, request, opened.key);
    return;
  }
  yield* answer(ports, request, opened);
}

/** The turn that the same request began before, which is not paid for again. */
async function* follow(
  ports: TurnPorts,
  request: TurnRequest,
  key: TurnKey,
): AsyncGenerator<TurnEvent, void, undefined> {
  const { signal, idempotency } = request;
  const repeats = idempotency?.maxAgeMs === undefined ? 'replayed' : 'cached';
  for await (const event of followTurn(ports, { key, signal, isHidden: isHidden(request) })) {
    if (event.type === 'turn-start') yield { ...event, repeats };
    else if (event.type === 'turn-stop' && repeats === 'cached') yield { ...event, cost: free };
    else yield event;
  }
}

const free: Cost = { nanoUsd: 0 };

async function* answer(
  ports: TurnPorts,
  request: TurnRequest,
  opened: OpenTurn,
): AsyncGenerator<TurnEvent, void, undefined> {
  const stopping = createStopping(request.signal);
  const checkpoints = keepLog(ports, opened, stopping);
  let said = emptyAnswer;
  let { modelId } = request;
  let ending: Ending = { state: 'interrupted' };
  let turn: Turn;
  let folding: Promise<void> | undefined;
  let closing: Promise<unknown> | undefined;
  let unstored: ChatError | undefined;
  let hasSpoken = false;
  try {
    yield turnStart(request);
    if (opened.refusal !== undefined) throw opened.refusal;
    const events = ports.model.stream(opened.modelRequest, stopping.signal);
    for await (const event of renumberBlocks(events, opened.modelRequest.answerSoFar)) {
      hasSpoken = true;
      said = accumulate(said, event);
      if (isLogEvent(event)) checkpoints?.add(event);
      // The answer comes first; the next turn is in no hurry.
      folding ??= foldPast(ports, request, opened);
      if (event.type === 'message-start') modelId = event.modelId ?? modelId;
      yield event;
    }
    ending = endingOf(said);
  } catch (error) {
    ending = stopping.isStopped() ? { state: 'stopped' } : failedWith(toChatError(error));
  } finally {
    const outcome = outcomeOf(said, { ...ending, hasSpoken }, opened);
    const cost = turnCost(ports.prices, opened.modelRequest, { ...outcome, modelId });
    turn = endedTurn(opened.live, {
      ...outcome,
      modelId,
      finishedAtMs: ports.clock.now(),
      ...(cost === undefined ? {} : { cost }),
    });
    // Neither of these is for the reader to wait for.
    closing = Promise.all([settleTurn(ports, opened, turn), checkpoints?.close()]);
    unstored = await storeTurn(ports, opened, turn);
    if (ending.state === 'interrupted') await closing;
  }
  yield* lastEvents(turn, unstored ?? ending.error);
  await Promise.all([closing, folding]);
}

async function foldPast(ports: TurnPorts, request: TurnRequest, opened: OpenTurn): Promise<void> {
  const { key, history } = opened;
  // An agent keeps a history of its own.
  if (request.agent !== undefined) return;
  if (key !== undefined) await summarizeHistory(ports, request, { key, history });
}

interface Stopping {
  /** Aborted when the turn must end, for whatever reason. */
  readonly signal: AbortSignal;
  stop(): void;
  abandon(error: ChatError): void;
  isStopped(): boolean;
}

function createStopping(deadline: AbortSignal): Stopping {
  const controller = new AbortController();
  const stopped = new ChatError('internal', 'The turn was stopped.');
  return {
    signal: AbortSignal.any([deadline, controller.signal]),
    stop: () => controller.abort(stopped),
    abandon: (error) => controller.abort(error),
    isStopped: () => controller.signal.reason === stopped && !deadline.aborted,
  };
}

function keepLog(ports: TurnPorts, opened: OpenTurn, stopping: Stopping): Checkpoints | undefined {
  if (opened.key === undefined) return undefined;
  return startCheckpoints(ports, opened.key, {
    stopRequested: () => stopping.stop(),
    lost: (error) => stopping.abandon(error),
  });
}

interface Ending {
  readonly state: TurnState;
  readonly error?: ChatError;
}

/** An answer that does not say why it stopped was cut short, whatever its source believes. */
function endingOf(said: Answer): Ending {
  if (said.stopReason !== undefined) return { state: 'complete' };
  return failedWith(new ChatError('model_error', 'The answer was cut short.'));
}

function failedWith(error: ChatError): Ending {
  return { state: error.code === 'timed_out' ? 'timed_out' : 'failed', error };
}

function outcomeOf(
  said: Answer,
  { state, error, hasSpoken }: Ending & { readonly hasSpoken: boolean },
  { modelRequest }: OpenTurn,
): Omit<Outcome, 'finishedAtMs' | 'modelId'> {
  const message = toMessage(said);
  const stopReason = state === 'stopped' ? 'stopped' : said.stopReason;
  // A model that was cut off has not said what it used; one that refused used nothing.
  const wasAsked = hasSpoken || error === undefined || state === 'timed_out';
  const isCutOff = said.usage === undefined && wasAsked;
  const usage = isCutOff ? estimatedUsage(modelRequest.messages, message) : said.usage;
  return {
    state,
    answer: message,
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(usage === undefined ? {} : { usage }),
    ...(error === undefined ? {} : { errorCode: error.code }),
    ...(wasAsked ? {} : { isUnanswered: true }),
  };
}

function turnStart(request: TurnRequest): TurnEvent {
  const { turnId, modelId, conversation, modelReason } = request;
  const reason = modelReason === undefined ? {} : { modelReason };
  const start = { type: 'turn-start', turnId, modelId, ...reason } as const;
  if (conversation === undefined || isHidden(request)) return start;
  return { ...start, conversationId: conversation.conversationId };
}

/** Whether the conversation is none to come back to. */
function isHidden({ conversation }: TurnRequest): boolean {
  return conversation?.expiresAtMs !== undefined;
}

function* lastEvents(
  turn: Turn,
  error: ChatError | undefined,
): Generator<TurnEvent, void, undefined> {
  if (error !== undefined) {
    yield { type: 'error', error };
    return;
  }
  if (turn.state === 'stopped') yield { type: 'message-stop', stopReason: 'stopped' };
  yield endOf(turn);
}
