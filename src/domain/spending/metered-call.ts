import type { Clock } from '#domain/clock.ts';
import type { Usage } from '#domain/conversation/usage.ts';
import { ChatError, toChatError, type ErrorCode } from '#domain/errors.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import { markOutput } from '#domain/model/output-mark.ts';
import type { Ledger, Reservation } from '#domain/spending/ledger.ts';
import type { Prices } from '#domain/spending/prices.ts';
import {
  callSpending,
  maxSpending,
  releaseReservation,
  reserveOrRelease,
} from '#domain/spending/pricing.ts';

export interface SpendingPorts {
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** One model call outside of a turn. */
export interface MeteredCall {
  readonly owner: string;
  /** Identifies the call in the ledger. */
  readonly id: string;
  readonly modelId: string;
  /** The most that the call can use. */
  readonly max: Usage;
}

/**
 * Streams a model call and charges its owner. Throws `quota_exceeded` before the model is asked,
 * and whatever the stream throws.
 */
export async function* meteredStream(
  ports: SpendingPorts,
  call: MeteredCall,
  stream: () => AsyncIterable<TextEvent>,
): AsyncGenerator<TextEvent, void, undefined> {
  const reservation = await reserve(ports, call);
  let usage: Usage | undefined;
  try {
    for await (const event of markOutput(stream())) {
      if (event.type === 'end') ({ usage } = event);
      yield event;
    }
  } catch (error) {
    if (!toChatError(error).hasOutput) await releaseReservation(ports.ledger, reservation);
    throw error;
  } finally {
    await settle(ports, call, reservation, usage);
  }
}

/** Returns the whole answer of a model call and charges its owner. Throws like `meteredStream`. */
export async function meteredCall<Answer extends { readonly usage?: Usage }>(
  ports: SpendingPorts,
  call: MeteredCall,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const reservation = await reserve(ports, call);
  try {
    const answer = await ask();
    await settle(ports, call, reservation, answer.usage);
    return answer;
  } catch (error) {
    if (isRefusal(error)) await releaseReservation(ports.ledger, reservation);
    throw error;
  }
}

const refusalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'internal',
  'invalid_request',
  'model_unavailable',
  'not_found',
  'throttled',
]);

/** Returns whether the model certainly did not begin. After a timeout, that is unknown. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  const isTimeout = error.cause instanceof Error && error.cause.name === 'TimeoutError';
  return refusalCodes.has(error.code) && !isTimeout;
}

async function reserve(
  { ledger, prices, clock }: SpendingPorts,
  { owner, id: turnId, modelId, max }: MeteredCall,
): Promise<Reservation> {
  const spending = maxSpending(prices, [modelId], max);
  const reservation = { owner, turnId, atMs: clock.now(), max: spending };
  await reserveOrRelease(ledger, reservation);
  return reservation;
}

/** Without a usage, as after a cut, the reservation stays: the answer may have cost all of it. */
async function settle(
  { ledger, prices }: SpendingPorts,
  { modelId }: MeteredCall,
  reservation: Reservation,
  usage: Usage | undefined,
): Promise<void> {
  if (usage === undefined) return;
  await ledger.settle(reservation, callSpending(prices, modelId, usage)).catch(() => undefined);
}
