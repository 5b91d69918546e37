import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { isLogEvent } from '#domain/conversation/turn-log.ts';
import { endedTurn, type Outcome, type Turn, type TurnState } from '#domain/conversation/turn.ts';
import type { Cost } from '#domain/conversation/usage.ts';
import { answerCutShort, ChatError, toChatError } from '#domain/errors.ts';
import { renumberBlocks } from '#domain/model/block-index.ts';
import { estimateUsage } from '#domain/model/estimate-tokens.ts';
import { afterOutput, markOutput } from '#domain/model/output-mark.ts';
import { turnCost } from '#domain/spending/pricing.ts';
import type { RepeatedTurn } from '#domain/turn/begin-turn.ts';
import { startExtraCalls, type ExtraCalls } from '#domain/turn/extra-calls/start-extra-calls.ts';
import { startCheckpoints, type Checkpoints } from '#domain/turn/checkpoints.ts';
import { followTurn, toFinalEvent } from '#domain/turn/follow-turn.ts';
import { openTurn, type OpenTurn } from '#domain/turn/open-turn.ts';
import { settleTurn, storeTurn } from '#domain/turn/store-turn.ts';
import { timeBlocks } from '#domain/conversation/time-blocks.ts';
import { observeWrites, type TurnPorts, type TurnRequest } from '#domain/turn/turn-request.ts';

/**
 * Runs one turn: stores the question, asks the model, emits what it answers, and stores the answer
 * while it comes and when it ends. A repeated request emits the turn that it began the first time.
 * Throws a `ChatError` only before the turn has begun; after `turn-start`, errors are events.
 * A reader that leaves early leaves an `interrupted` turn with the answer up to that point.
 */
export async function* runTurn(
  turnPorts: TurnPorts,
  request: TurnRequest,
): AsyncGenerator<TurnEvent, void, undefined> {
  const ports = observeWrites(turnPorts, request.observer);
  const opened = await open(ports, request);
  const events =
    opened.type === 'repeated' ? repeat(ports, request, opened) : answer(ports, request, opened);
  for await (const event of events) {
    request.observer?.onEvent(event);
    yield event;
  }
}

async function open(ports: TurnPorts, request: TurnRequest): ReturnType<typeof openTurn> {
  try {
    return await openTurn(ports, request);
  } catch (error) {
    request.observer?.onRefusal(toChatError(error));
    throw error;
  }
}

/** Emits an earlier turn, which is not paid for again. */
async function* repeat(
  ports: TurnPorts,
  request: TurnRequest,
  { key, repeats }: RepeatedTurn,
): AsyncGenerator<TurnEvent, void, undefined> {
  const { signal } = request;
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
  const abort = createTurnAbort(request.signal);
  const checkpoints = startLog(ports, opened, abort);
  let output = emptyAnswer;
  let { modelId } = request;
  let ending: Ending = { state: 'interrupted' };
  let turn: Turn;
  let extraCalls: ExtraCalls | undefined;
  let closing: Promise<unknown> | undefined;
  let storeError: ChatError | undefined;
  try {
    yield turnStart(request);
    if (opened.refusal !== undefined) throw opened.refusal;
    const { modelRequest } = opened;
    const stream = ports.model.stream(modelRequest, abort.signal);
    const numbered = renumberBlocks(stream, modelRequest.answerSoFar);
    const events = markOutput(timeBlocks(numbered, ports.clock), (event) => {
      output = accumulate(output, event);
    });
    for await (const event of events) {
      if (isLogEvent(event)) checkpoints?.add(event);
      // Starts only now, so that the answer comes first.
      extraCalls ??= startExtraCalls(ports, request, opened);
      if (event.type === 'message-start') modelId = event.modelId ?? modelId;
      yield event;
    }
    ending = endingOf(output);
  } catch (error) {
    ending = abort.isStopped() ? { state: 'stopped' } : failedWith(toChatError(error));
  } finally {
    const outcome = toOutcome(output, ending, opened);
    const cost = turnCost(ports.prices, opened.modelRequest, { ...outcome, modelId });
    turn = endedTurn(opened.live, {
      ...outcome,
      modelId,
      finishedAtMs: ports.clock.now(),
      ...(cost === undefined ? {} : { cost }),
    });
    request.observer?.onEnd(turn);
    // The reader waits for neither of these.
    closing = Promise.all([settleTurn(ports, opened, turn), checkpoints?.close()]);
    storeError = await storeTurn(ports, opened, turn);
    if (ending.state === 'interrupted') await closing;
  }
  yield* finalEvents(turn, storeError ?? ending.error);
  await Promise.all([closing, extraCalls?.finish()]);
}

interface TurnAbort {
  /** Aborted when the turn must end, for whatever reason. */
  readonly signal: AbortSignal;
  stop(): void;
  abandon(error: ChatError): void;
  isStopped(): boolean;
}

function createTurnAbort(deadline: AbortSignal): TurnAbort {
  const controller = new AbortController();
  const stopped = new ChatError('internal', 'The turn was stopped.');
  return {
    signal: AbortSignal.any([deadline, controller.signal]),
    stop: () => controller.abort(stopped),
    abandon: (error) => controller.abort(error),
    isStopped: () => controller.signal.reason === stopped && !deadline.aborted,
  };
}

function startLog(ports: TurnPorts, opened: OpenTurn, abort: TurnAbort): Checkpoints | undefined {
  if (opened.key === undefined) return undefined;
  return startCheckpoints(ports, opened.key, {
    onStop: () => abort.stop(),
    onLost: (error) => abort.abandon(error),
  });
}

interface Ending {
  readonly state: TurnState;
  readonly error?: ChatError;
}

/** An answer without a stop reason was cut short, even if its source ended without an error. */
function endingOf(output: Answer): Ending {
  if (output.stopReason !== undefined) return { state: 'complete' };
  return failedWith(afterOutput(answerCutShort()));
}

function failedWith(error: ChatError): Ending {
  return { state: error.code === 'timed_out' ? 'timed_out' : 'failed', error };
}

function toOutcome(
  output: Answer,
  { state, error }: Ending,
  { modelRequest }: OpenTurn,
): Omit<Outcome, 'finishedAtMs' | 'modelId'> {
  const message = toMessage(output);
  const stopReason = state === 'stopped' ? 'stopped' : output.stopReason;
  // A model that was cut off has not reported its usage; one that refused used nothing.
  const wasAsked = error === undefined || error.hasOutput || state === 'timed_out';
  const isCutOff = output.usage === undefined && wasAsked;
  const usage = isCutOff ? estimateUsage(modelRequest.messages, message) : output.usage;
  return {
    state,
    answer: message,
    ...(stopReason === undefined ? {} : { stopReason }),
    ...(usage === undefined ? {} : { usage }),
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
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

/** Returns whether the conversation is one that the caller cannot open. */
function isHidden({ conversation }: TurnRequest): boolean {
  return conversation?.expiresAtMs !== undefined;
}

function* finalEvents(
  turn: Turn,
  error: ChatError | undefined,
): Generator<TurnEvent, void, undefined> {
  if (error !== undefined) {
    yield { type: 'error', error };
    return;
  }
  if (turn.state === 'stopped') yield { type: 'message-stop', stopReason: 'stopped' };
  yield toFinalEvent(turn);
}
