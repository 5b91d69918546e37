import MiniSearch from 'minisearch';
import type { Filter } from '#local/bedrock/knowledge/filter.ts';
import { matches } from '#local/bedrock/knowledge/filter.ts';
import type { Passage } from '#local/bedrock/knowledge/passages.ts';

/** A knowledge base, as far as a search sees it. */
export interface KnowledgeBase {
  readonly id: string;
  search(query: string, options: SearchOptions): readonly Found[];
}

export interface SearchOptions {
  readonly limit: number;
  readonly filter?: Filter | undefined;
}

/** A passage, and how well it fits: above 0, below 1. */
export interface Found extends Passage {
  readonly score: number;
}

/** An index over passages, in Japanese and English. */
export function createKnowledgeBase(id: string, passages: readonly Passage[]): KnowledgeBase {
  const index = new MiniSearch<Passage>({
    fields: ['title', 'text'],
    tokenize: wordsOf,
    processTerm: normalized,
    searchOptions: { boost: { title: 2 }, prefix: (term) => term.length > 3, fuzzy: false },
  });
  index.addAll(passages);
  const byId = new Map(passages.map((passage) => [passage.id, passage]));
  return {
    id,
    search(query, { limit, filter }) {
      const found = index.search(query, {
        filter: ({ id: key }) => {
          const passage = byId.get(String(key));
          return passage !== undefined && matches(passage.metadata, filter);
        },
      });
      return found.slice(0, limit).flatMap(({ id: key, score }) => {
        const passage = byId.get(String(key));
        // BM25 has no upper bound; this keeps its order and stays below one.
        return passage === undefined ? [] : [{ ...passage, score: score / (score + 10) }];
      });
    },
  };
}

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });

/** Japanese has no spaces: its words are found by the segmenter, as all others are. */
function wordsOf(text: string): string[] {
  return Array.from(segmenter.segment(text)).flatMap(({ segment, isWordLike }) =>
    isWordLike === true ? [segment] : [],
  );
}

/** One form for letters and digits of full and half width, capitals, and plurals. */
function normalized(term: string): string | null {
  const word = term.normalize('NFKC').toLowerCase();
  if (
    /^(?:the|a|an|of|to|and|or|in|on|is|are|was|what|how|do|does|it|for|with|[ぁ-ん]{1,2})$/u.test(
      word,
    )
  )
    return null;
  return /^[a-z]{4,}s$/u.test(word) && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
