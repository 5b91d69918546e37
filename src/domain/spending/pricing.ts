import type { Clock } from '#domain/clock.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import type { Cost, Usage } from '#domain/conversation/usage.ts';
import { maxUsage } from '#domain/model/estimate-tokens.ts';
import type { ModelSettings } from '#domain/model-settings.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import {
  noSpending,
  type Ledger,
  type Reservation,
  type Spending,
} from '#domain/spending/ledger.ts';
import { ChatError } from '#domain/errors.ts';
import { nanoUsdFor, type Price, type Prices } from '#domain/spending/prices.ts';

/** A model call inside a turn that needs a reservation of its own. */
export interface ExtraCall {
  readonly owner: string;
  /** Identifies the call in the ledger. */
  readonly id: string;
  readonly modelRequest: ModelRequest;
  readonly fallbackIds?: readonly string[] | undefined;
}

/** Returns the reservation for an extra model call inside a turn. It does not count as a turn. */
export function extraCallReservation(
  { clock, prices }: { readonly clock: Clock; readonly prices: Prices },
  { owner, id, modelRequest, fallbackIds = [] }: ExtraCall,
): Reservation {
  const modelIds = [modelRequest.modelId, ...fallbackIds];
  const max = maxSpending(prices, modelIds, maxUsage(modelRequest), modelRequest);
  return { owner, turnId: id, atMs: clock.now(), max: { ...max, turns: 0 } };
}

/** Returns the most that one model call can cost when any of the models may answer it. */
export function maxSpending(
  prices: Prices,
  modelIds: readonly string[],
  usage: Usage,
  settings: ModelSettings = {},
): Spending {
  const nanoUsd = Math.max(
    ...modelIds.map((id) => nanoUsdFor(cacheWritePrice(prices, id, settings), usage)),
  );
  return { turns: 1, tokens: usage.totalTokens, nanoUsd };
}

/** Input may all be written to the prompt cache, which can cost more than plain input. */
function cacheWritePrice(prices: Prices, modelId: string, { promptCache }: ModelSettings): Price {
  const price = priceOf(prices, modelId);
  const { cacheWrite, cacheWrite1h = cacheWrite } = price;
  const written = promptCache === '1h' ? Math.max(cacheWrite, cacheWrite1h) : cacheWrite;
  return { ...price, input: Math.max(price.input, written) };
}

function priceOf(prices: Prices, modelId: string): Price {
  return prices.of(modelId) ?? prices.highest;
}

/**
 * Reserves what a call can cost. Throws what the ledger throws, after it has released the
 * reservation if it is unknown whether that was stored.
 */
export async function reserveOrRelease(ledger: Ledger, reservation: Reservation): Promise<void> {
  try {
    await ledger.reserve(reservation);
  } catch (error) {
    if (!(error instanceof ChatError)) await releaseReservation(ledger, reservation);
    throw error;
  }
}

/** Returns a reservation in full because no model was asked. On failure it stays reserved. */
export async function releaseReservation(ledger: Ledger, reservation: Reservation): Promise<void> {
  await ledger.settle(reservation, noSpending).catch(() => undefined);
}

/**
 * Returns what a turn spent. A model that was cut off does not report its usage and may have
 * continued, so such a turn counts as an answer of full length.
 */
export function turnSpending(
  prices: Prices,
  modelRequest: ModelRequest,
  { modelId, usage }: Pick<Turn, 'modelId' | 'usage'>,
): Spending {
  if (usage === undefined) return { turns: 1, tokens: 0, nanoUsd: 0 };
  // With tools, an estimate is already the maximum of the step that was cut off.
  const isKnown = usage.isEstimated !== true || modelRequest.toolUse !== undefined;
  if (!isKnown) return maxSpending(prices, [modelId], maxUsage(modelRequest), modelRequest);
  return callSpending(prices, modelId, usage);
}

/** Returns what one model call spent. */
export function callSpending(prices: Prices, modelId: string, usage: Usage): Spending {
  const nanoUsd = nanoUsdFor(priceOf(prices, modelId), usage);
  return { turns: 1, tokens: usage.totalTokens, nanoUsd };
}

/** Returns the cost of a turn as shown to people; undefined if the model has no known price. */
export function turnCost(
  prices: Prices,
  modelRequest: ModelRequest,
  turn: Pick<Turn, 'modelId' | 'usage'>,
): Cost | undefined {
  if (prices.of(turn.modelId) === undefined) return undefined;
  const { nanoUsd } = turnSpending(prices, modelRequest, turn);
  return turn.usage?.isEstimated === true ? { nanoUsd, isEstimated: true } : { nanoUsd };
}
