import {
  nanoUsdFor,
  usageAtMost,
  type Cost,
  type Price,
  type Prices,
} from '#domain/spending/prices.ts';
import type { OpenTurn, TurnPorts, TurnRequest } from '#domain/turn/open-turn.ts';
import { passageTokens } from '#domain/model/knowledge.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import type { Question } from '#domain/turn/question.ts';
import { nothingSpent, type Reservation, type Spending } from '#domain/spending/ledger.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import {
  mostCallsAtOnce,
  mostResultCharacters,
  mostSchemaTokens,
  mostSteps,
} from '#domain/model/tools.ts';
import { estimated, type Usage } from '#domain/conversation/usage.ts';

/**
 * What is set aside for a turn: an answer of full length by the dearest model that may give it,
 * and a history as long as may be shown, for it is not read yet.
 */
export function reservationOf(
  { clock, prices }: Pick<TurnPorts, 'clock' | 'prices'>,
  request: TurnRequest,
  { question, answerSoFar, messages = [question] }: Question,
): Reservation {
  const { owner, turnId, modelId, fallbackIds = [] } = request;
  const said = answerSoFar === undefined ? {} : { answerSoFar };
  const asked = { ...request, ...said, messages };
  const past = hasPast(request) ? request.maxHistoryTokens : 0;
  const found = request.knowledge === undefined ? 0 : passageTokens;
  const usage = inSteps(asked, usageAtMost(asked, past + found));
  const most = mostOf(prices, [modelId, ...fallbackIds], usage);
  return { owner, turnId, atMs: clock.now(), most };
}

/** What a turn takes at most whose model is asked again after each step of its tools. */
function inSteps({ toolUse }: Pick<ModelRequest, 'toolUse'>, once: Usage): Usage {
  if (toolUse === undefined) return once;
  const results = mostResultCharacters * mostCallsAtOnce * (mostSteps - 1);
  const schemas = toolUse.sets.length * mostSchemaTokens;
  const inputTokens = once.inputTokens + schemas + results + once.outputTokens * (mostSteps - 1);
  return estimated(inputTokens * mostSteps, once.outputTokens * mostSteps);
}

/** What is set aside for a request that is known whole. It is part of a turn, and none itself. */
export function reservationFor(
  { clock, prices }: Pick<TurnPorts, 'clock' | 'prices'>,
  asking: Pick<TurnRequest, 'owner' | 'turnId' | 'fallbackIds'> & {
    readonly modelRequest: ModelRequest;
  },
): Reservation {
  const { owner, turnId, modelRequest, fallbackIds = [] } = asking;
  const modelIds = [modelRequest.modelId, ...fallbackIds];
  const most = mostOf(prices, modelIds, usageAtMost(modelRequest));
  return { owner, turnId, atMs: clock.now(), most: { ...most, turns: 0 } };
}

/** What one use of a model takes at most, where any of some models may be the one. */
export function mostOf(prices: Prices, modelIds: readonly string[], usage: Usage): Spending {
  return { turns: 1, tokens: usage.totalTokens, nanoUsd: mostNanoUsd(prices, modelIds, usage) };
}

function hasPast({ conversation, asked }: TurnRequest): boolean {
  if (conversation === undefined || conversation.mode === 'new') return false;
  const isFirst = asked.type === 'edit' && asked.parentId === null;
  return conversation.expiresAtMs === undefined && !isFirst;
}

/** What the dearest of some models takes for so much. */
function mostNanoUsd(prices: Prices, modelIds: readonly string[], usage: Usage): number {
  return Math.max(...modelIds.map((id) => nanoUsdFor(highest(prices, id), usage)));
}

/** A price at which all that a model is given goes to its cache, where that is dearer. */
function highest(prices: Prices, modelId: string): Price {
  const price = priceOf(prices, modelId);
  return { ...price, input: Math.max(price.input, price.cacheWrite) };
}

function priceOf(prices: Prices, modelId: string): Price {
  return prices.of(modelId) ?? prices.dearest;
}

/** Gives back all that was set aside: no model was asked. A failure leaves it set aside. */
export async function releaseTurn(
  { ledger }: Pick<TurnPorts, 'ledger'>,
  reservation: Reservation,
): Promise<void> {
  await ledger.settle(reservation, nothingSpent).catch(() => undefined);
}

/**
 * What a turn took. Of an answer that was not heard to its end nobody says what it took, and the
 * model may have gone on: it counts as one of full length.
 */
export function spentBy(
  prices: Prices,
  { modelRequest }: Pick<OpenTurn, 'modelRequest'>,
  { modelId, usage }: Pick<Turn, 'modelId' | 'usage'>,
): Spending {
  if (usage === undefined) return { turns: 1, tokens: 0, nanoUsd: 0 };
  // Of a turn in steps the estimate is the most already, beyond what was told of.
  const isKnown = usage.isEstimated !== true || modelRequest.toolUse !== undefined;
  if (!isKnown) return mostOf(prices, [modelId], usageAtMost(modelRequest));
  return spentOn(prices, modelId, usage);
}

/** What one use of a model took. */
export function spentOn(prices: Prices, modelId: string, usage: Usage): Spending {
  const nanoUsd = nanoUsdFor(priceOf(prices, modelId), usage);
  return { turns: 1, tokens: usage.totalTokens, nanoUsd };
}

/** What people are told a turn cost; undefined where the model has no known price. */
export function costOf(
  prices: Prices,
  opened: Pick<OpenTurn, 'modelRequest'>,
  turn: Pick<Turn, 'modelId' | 'usage'>,
): Cost | undefined {
  if (prices.of(turn.modelId) === undefined) return undefined;
  const { nanoUsd } = spentBy(prices, opened, turn);
  return turn.usage?.isEstimated === true ? { nanoUsd, isEstimated: true } : { nanoUsd };
}
