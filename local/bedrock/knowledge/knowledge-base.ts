import MiniSearch from 'minisearch';
import { matchesFilter, type Filter } from '#local/bedrock/knowledge/filter.ts';
import type { Passage } from '#local/bedrock/knowledge/passages.ts';

/** A knowledge base that can be searched. */
export interface KnowledgeBase {
  readonly id: string;
  /** Returns the best passages for a query, best first. */
  search(query: string, options: SearchOptions): readonly ScoredPassage[];
}

/** The number of results, and the condition on their metadata. */
export interface SearchOptions {
  readonly limit: number;
  readonly filter?: Filter | undefined;
}

/** A passage and its relevance, between 0 and 1. */
export interface ScoredPassage extends Passage {
  readonly score: number;
}

/** Indexes passages in Japanese and English for full-text search. */
export function createKnowledgeBase(id: string, passages: readonly Passage[]): KnowledgeBase {
  const index = new MiniSearch<Passage>({
    fields: ['title', 'text'],
    tokenize: wordsOf,
    processTerm: normalizeTerm,
    searchOptions: { boost: { title: 2 }, prefix: (term) => term.length > 3, fuzzy: false },
  });
  index.addAll(passages);
  const byId = new Map(passages.map((passage) => [passage.id, passage]));
  return {
    id,
    search(query, { limit, filter }) {
      const results = index.search(query, {
        filter: ({ id: key }) => {
          const passage = byId.get(String(key));
          return passage !== undefined && matchesFilter(passage.metadata, filter);
        },
      });
      return results.slice(0, limit).flatMap(({ id: key, score }) => {
        const passage = byId.get(String(key));
        // BM25 has no upper bound. This keeps its order and stays below one.
        return passage === undefined ? [] : [{ ...passage, score: score / (score + 10) }];
      });
    },
  };
}

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });

/** Japanese has no spaces between words, so the segmenter splits all texts. */
function wordsOf(text: string): string[] {
  return Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [segment] : [],
  );
}

/** Returns one form for full and half width, upper and lower case, and plurals; null for stop words. */
function normalizeTerm(term: string): string | null {
  const word = term.normalize('NFKC').toLowerCase();
  if (
    /^(?:the|a|an|of|to|and|or|in|on|is|are|was|what|how|do|does|it|for|with|[ぁ-ん]{1,2})$/u.test(
      word,
    )
  )
    return null;
  return /^[a-z]{4,}s$/u.test(word) && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
