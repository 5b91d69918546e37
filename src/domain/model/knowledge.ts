import type { Passage } from '#domain/conversation/message.ts';
import type { Model } from '#domain/model/model.ts';

/** How a request uses a knowledge base. */
export interface KnowledgeUse {
  readonly name: string;
  /** Whether passages are found for the model, or the service finds and answers by itself. */
  readonly mode: 'retrieve' | 'retrieve_and_generate';
  /** Whose request it is: nobody is shown what is another's. */
  readonly owner: string;
}

export interface KnowledgeQuery {
  readonly name: string;
  readonly owner: string;
  readonly text: string;
  readonly limit: number;
}

/** Documents that can be searched. */
export interface Knowledge extends Model {
  /** The passages that fit best, the best first, of those that the owner may see. */
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<readonly Passage[]>;
}

/** Questions to a knowledge base are at most this many characters. */
export const maxQueryLength = 1_000;

/** Passages for an answer, and the most characters of each. */
export const shownPassages = { count: 5, characters: 4_000 };

/** About how many tokens passages add to a request at most, in any script. */
export const passageTokens = shownPassages.count * shownPassages.characters;
