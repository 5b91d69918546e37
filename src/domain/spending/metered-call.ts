import { maxSpending, releaseReservation, callSpending } from '#domain/spending/pricing.ts';
import type { Clock } from '#domain/clock.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { ChatError, type ErrorCode } from '#domain/errors.ts';
import type { Ledger, Reservation } from '#domain/spending/ledger.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import type { Usage } from '#domain/conversation/usage.ts';

export interface SpendingPorts {
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** One use of a model, outside of a turn. */
export interface MeteredCall {
  readonly owner: string;
  /** What the use is known by in the ledger. */
  readonly id: string;
  readonly modelId: string;
  /** What it takes at most. */
  readonly max: Usage;
}

/**
 * A stream of a model at its owner's expense. Throws `quota_exceeded` before the model is asked,
 * and what the stream throws.
 */
export async function* meteredStream(
  ports: SpendingPorts,
  use: MeteredCall,
  stream: () => AsyncIterable<TextEvent>,
): AsyncGenerator<TextEvent, void, undefined> {
  const reservation = await reserve(ports, use);
  const progress: Progress = { hasSpoken: false };
  try {
    for await (const event of stream()) {
      progress.hasSpoken = true;
      if (event.type === 'end') progress.usage = event.usage;
      yield event;
    }
  } finally {
    await settle(ports, use, { reservation, progress });
  }
}

/** A whole answer of a model at its owner's expense. */
export async function meteredCall<Answer extends { readonly usage?: Usage }>(
  ports: SpendingPorts,
  use: MeteredCall,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const reservation = await reserve(ports, use);
  // Whoever is asked for an answer in one piece may be at it, without a word.
  const progress: Progress = { hasSpoken: true };
  try {
    const answer = await ask();
    progress.usage = answer.usage;
    return answer;
  } catch (error) {
    progress.hasSpoken = !isRefusal(error);
    throw error;
  } finally {
    await settle(ports, use, { reservation, progress });
  }
}

const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'internal',
  'invalid_request',
  'model_unavailable',
  'not_found',
  'throttled',
]);

/** Whether a model was not even begun with; of one that did not answer in time nobody knows. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ChatError)) return false;
  const isLate = error.cause instanceof Error && error.cause.name === 'TimeoutError';
  return refusals.has(error.code) && !isLate;
}

interface Progress {
  hasSpoken: boolean;
  usage?: Usage | undefined;
}

async function reserve(
  { ledger, prices, clock }: SpendingPorts,
  use: MeteredCall,
): Promise<Reservation> {
  const { owner, id: turnId, modelId, max } = use;
  const reservation = {
    owner,
    turnId,
    atMs: clock.now(),
    max: maxSpending(prices, [modelId], max),
  };
  await ledger.reserve(reservation);
  return reservation;
}

/** An answer that broke off leaves set aside what it can have cost at most. */
async function settle(
  { ledger, prices }: SpendingPorts,
  { modelId }: MeteredCall,
  { reservation, progress }: { readonly reservation: Reservation; readonly progress: Progress },
): Promise<void> {
  const { hasSpoken, usage } = progress;
  if (!hasSpoken) await releaseReservation(ledger, reservation);
  if (usage === undefined) return;
  await ledger.settle(reservation, callSpending(prices, modelId, usage)).catch(() => undefined);
}
