import type { ChatPolicy } from '#domain/chat/chat-request.ts';
import type { Prices } from '#domain/spending/prices.ts';
import { findCheaperModel } from '#domain/spending/route-model.ts';
import type { TitleModel, TurnRequest } from '#domain/turn/turn-request.ts';

/** The part of a turn that decides about its title. */
interface TitledTurn extends Pick<TurnRequest, 'conversation' | 'modelId'> {
  /** The agent that answers in place of a model. */
  readonly agent: string | undefined;
  readonly isAnonymous: boolean;
}

/**
 * Returns which model makes the title of the turn's conversation: the cheapest that stays within
 * the Regions of the turn's model. An agent is never asked: it would take that for a part of the
 * conversation. Returns undefined if titles are first words, and for a conversation in no list.
 */
export function planTitle(
  prices: Prices,
  { titles, models, fallbacks }: ChatPolicy,
  { conversation, agent, isAnonymous, modelId: turnModelId }: TitledTurn,
): TitleModel | undefined {
  const isListed = conversation !== undefined && conversation.expiresAtMs === undefined;
  if (titles === 'words' || !isListed || isAnonymous) return undefined;
  const expected = agent === undefined ? turnModelId : models[0];
  const modelId = findCheaperModel(expected, models, prices) ?? expected;
  return { modelId, fallbackIds: fallbacks[modelId] ?? [] };
}
