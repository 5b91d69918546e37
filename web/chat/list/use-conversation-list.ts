'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { listConversations, type ConversationList } from '../api.ts';
import {
  emptyList,
  shownConversations,
  withChange,
  withoutChange,
  withPage,
  type Change,
} from './list-state.ts';

export interface ConversationListView {
  /** Undefined until the first page has loaded. */
  readonly conversations: readonly ConversationJson[] | undefined;
  readonly isLoading: boolean;
  /** Whether the last attempt to load a page has failed. */
  readonly hasFailed: boolean;
  readonly hasMore: boolean;
  /** Returns the title of a conversation, as far as it is loaded. */
  titleOf(conversationId: string | undefined): string | undefined;
  /** Loads again what is loaded. */
  refresh(): void;
  loadMore(): void;
  /** Shows a change before it is stored. Returns a function that takes it back. */
  change(conversationId: string, change: Change): () => void;
}

/** Loads the reader's conversations page by page. */
export function useConversationList(): ConversationListView {
  const [state, setState] = useState(emptyList);
  const requestCount = useRef(0);
  const loaded = useRef(0);
  loaded.current = state.conversations?.length ?? 0;

  const load = useCallback(async (read: () => Promise<ConversationList>, isOlder: boolean) => {
    requestCount.current += 1;
    const requestNumber = requestCount.current;
    // Responses may arrive out of order: only that of the latest request counts.
    const isLatest = (): boolean => requestNumber === requestCount.current;
    setState((before) => ({ ...before, isLoading: true }));
    try {
      const page = await read();
      if (isLatest()) setState((before) => withPage(before, page, isOlder));
    } catch {
      if (isLatest()) setState((before) => ({ ...before, isLoading: false, hasFailed: true }));
    }
  }, []);

  const refresh = useCallback(() => void load(() => readNewest(loaded.current), false), [load]);
  useEffect(refresh, [refresh]);
  const change = useCallback((id: string, made: Change) => {
    setState((before) => withChange(before, id, made));
    return () => setState((before) => withoutChange(before, id, made));
  }, []);

  const { cursor, changes } = state;
  const conversations = useMemo(
    () => shownConversations({ conversations: state.conversations, changes }),
    [state.conversations, changes],
  );
  return {
    conversations,
    isLoading: state.isLoading,
    hasFailed: state.hasFailed,
    hasMore: cursor !== undefined,
    titleOf(id) {
      const listed = conversations?.find(({ conversation_id: each }) => each === id);
      const made = changes.get(id ?? '');
      return listed?.title ?? (made?.type === 'renamed' ? made.title : undefined);
    },
    refresh,
    loadMore: () => void load(() => listConversations(cursor), true),
    change,
  };
}

const maxPageSize = 100;

/** Reads at least as many of the newest conversations as the reader has loaded. */
async function readNewest(count: number): Promise<ConversationList> {
  let page = await listConversations(undefined, sizeOf(count));
  while (page.cursor !== undefined && page.conversations.length < count) {
    const next = await listConversations(page.cursor, maxPageSize);
    page = { ...next, conversations: [...page.conversations, ...next.conversations] };
  }
  return page;
}

function sizeOf(count: number): number | undefined {
  return count === 0 ? undefined : Math.min(maxPageSize, Math.max(30, count));
}
