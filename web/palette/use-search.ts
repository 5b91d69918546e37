'use client';

import { conversationSearchJson } from '#protocol/conversation/conversation-schema.ts';
import { useEffect, useState } from 'react';
import * as v from 'valibot';
import { toError } from '../chat/api.ts';
import { callApi } from '../chat/call-api.ts';

/** A conversation that was found, with the text around the match if that is not in the title. */
export type Found = v.InferOutput<typeof conversationSearchJson>['results'][number];

export interface Search {
  readonly state: 'idle' | 'searching' | 'done' | 'failed';
  /** What was found, or what an earlier query found while the next one is under way. */
  readonly results: readonly Found[] | undefined;
}

/** How long the reader must pause before the server is asked. */
const pauseMs = 180;

const idle: Search = { state: 'idle', results: undefined };

/** Searches the reader's conversations for words. The answer to an earlier query is dropped. */
export function useSearch(words: readonly string[]): Search {
  const [search, setSearch] = useState(idle);
  // The server reads so many words; more of them would be refused.
  const query = words.slice(0, maxWords).join(' ').slice(0, maxLength);
  useEffect(() => {
    if (query === '') {
      setSearch(idle);
      return undefined;
    }
    const stop = new AbortController();
    setSearch(({ results }) => ({ state: 'searching', results }));
    const run = async (): Promise<void> => {
      const next = await findConversations(query, stop.signal).then(
        (results) => ({ state: 'done', results }) as const,
        () => ({ state: 'failed', results: undefined }) as const,
      );
      if (!stop.signal.aborted) setSearch(next);
    };
    const timer = window.setTimeout(() => void run(), pauseMs);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  return search;
}

const maxWords = 8;
const maxLength = 200;
const limit = 12;

/** Reads pages until there is something, because a page can be empty although others follow. */
async function findConversations(query: string, signal: AbortSignal): Promise<readonly Found[]> {
  const parameters = new URLSearchParams({ query, limit: String(limit) });
  for (;;) {
    const response = await callApi(`/search?${parameters}`, { signal });
    if (!response.ok) throw await toError(response);
    const { results, cursor } = v.parse(conversationSearchJson, await response.json());
    if (results.length > 0 || cursor === undefined) return results;
    parameters.set('cursor', cursor);
  }
}
