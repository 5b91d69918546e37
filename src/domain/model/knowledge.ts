import type { Passage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';

/** How a request uses a knowledge base. */
export interface KnowledgeUse {
  readonly name: string;
  /** Whether Streambed shows passages to the model, or the service retrieves and generates. */
  readonly mode: 'retrieve' | 'retrieve_and_generate';
}

export interface KnowledgeQuery {
  readonly name: string;
  readonly owner: string;
  readonly text: string;
  readonly limit: number;
}

/** Documents that can be searched. */
export interface Knowledge extends Model {
  /** Returns the best passages, best first, among those that the owner may see. */
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<readonly Passage[]>;
}

/** The maximum length of a query to a knowledge base, in characters. */
export const maxQueryLength = 1_000;

/** How many passages are shown to the model, and the maximum characters of each. */
export const shownPassages = { count: 5, characters: 4_000 };

/** The approximate maximum of tokens that passages add to a request, in any script. */
export const passageTokens = shownPassages.count * shownPassages.characters;
