'use client';

import { useEffect, useRef, useState } from 'react';
import type { SearchResultJson } from '#protocol/model/knowledge-schema.ts';
import { listBases, searchKnowledge, type KnowledgeQuery } from './knowledge-api.ts';

/** How far a search is. */
export type SearchState =
  | { readonly type: 'none' }
  | { readonly type: 'searching'; readonly query: KnowledgeQuery }
  | { readonly type: 'failed'; readonly query: KnowledgeQuery; readonly error: unknown }
  | {
      readonly type: 'found';
      readonly query: KnowledgeQuery;
      /** The name of the knowledge base that was searched. */
      readonly base: string;
      readonly passages: SearchResultJson['passages'];
    };

export interface SearchView {
  readonly state: SearchState;
  search(query: KnowledgeQuery): void;
}

/** Holds the latest search. A new one ends the one before it. */
export function useSearch(): SearchView {
  const [state, setState] = useState<SearchState>({ type: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const run = async (query: KnowledgeQuery): Promise<void> => {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    setState({ type: 'searching', query });
    try {
      const { knowledge_base: base, passages } = await searchKnowledge(query, signal);
      if (!signal.aborted) setState({ type: 'found', query, base, passages });
    } catch (error) {
      if (!signal.aborted) setState({ type: 'failed', query, error });
    }
  };
  return { state, search: (query) => void run(query) };
}

/** Returns the names of the knowledge bases, once they are known. */
export function useBases(): readonly string[] {
  const [bases, setBases] = useState<readonly string[]>([]);
  useEffect(() => {
    const load = async (): Promise<void> => setBases(await listBases());
    void load();
  }, []);
  return bases;
}
