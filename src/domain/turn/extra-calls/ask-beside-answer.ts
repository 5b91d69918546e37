import {
  accumulate,
  emptyAnswer,
  toMessage,
  type Answer,
} from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { toChatError } from '#domain/errors.ts';
import { estimateUsage } from '#domain/model/estimate-tokens.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { markOutput } from '#domain/model/output-mark.ts';
import type { Reservation } from '#domain/spending/ledger.ts';
import {
  extraCallReservation,
  releaseReservation,
  reserveOrRelease,
  turnSpending,
} from '#domain/spending/pricing.ts';
import type { ExtraCallPurpose, TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';

/** A model call beside an answer, for what the system itself wants to know. */
export interface CallBesideAnswer {
  readonly purpose: ExtraCallPurpose;
  readonly modelRequest: ModelRequest;
  /** The models that may answer in place of the requested one. */
  readonly fallbackIds?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Stores the text that the model wrote. Not called if there is none. */
  store(text: string): Promise<void>;
}

/**
 * Asks a model beside the answer of a turn, within the limits of its owner, and stores what it
 * writes. Never throws: a failure costs the turn nothing but the reservation of a call that may
 * have been paid for.
 */
export async function askBesideAnswer(
  ports: TurnPorts,
  { owner, turnId, observer }: TurnRequest,
  { purpose, modelRequest, fallbackIds, signal, store }: CallBesideAnswer,
): Promise<void> {
  const id = `${turnId}.${purpose}`;
  const reservation = extraCallReservation(ports, { owner, id, modelRequest, fallbackIds });
  try {
    await reserveOrRelease(ports.ledger, reservation);
    const output = await ask(ports, modelRequest, reservation, signal);
    const text = messageText(toMessage(output.answer)).trim();
    if (text !== '') await store(text);
    const spent = turnSpending(ports.prices, modelRequest, output);
    await ports.ledger.settle(reservation, { ...spent, turns: 0 });
    observer?.onExtraCall({ purpose, modelId: output.modelId, nanoUsd: spent.nanoUsd });
  } catch {
    // What may have been paid for stays reserved.
  }
}

interface Output extends Pick<Turn, 'modelId' | 'usage'> {
  readonly answer: Answer;
}

async function ask(
  ports: TurnPorts,
  modelRequest: ModelRequest,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<Output> {
  let answer = emptyAnswer;
  let { modelId } = modelRequest;
  try {
    for await (const event of markOutput(ports.model.stream(modelRequest, signal))) {
      if (event.type === 'message-start') modelId = event.modelId ?? modelId;
      answer = accumulate(answer, event);
    }
  } catch (error) {
    const wasRefused = !toChatError(error).hasOutput && !signal.aborted;
    if (wasRefused) await releaseReservation(ports.ledger, reservation);
    throw error;
  }
  const usage = answer.usage ?? estimateUsage(modelRequest.messages, toMessage(answer));
  return { answer, modelId, usage };
}
