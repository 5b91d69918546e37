'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { listConversations, deleteConversation } from '../api.ts';
import type { Words } from '../words.ts';

export interface ConversationListView {
  /** Undefined until the first page has loaded. */
  readonly conversations: readonly ConversationJson[] | undefined;
  readonly problem: string | undefined;
  readonly hasMore: boolean;
  /** Returns the title of a conversation, as far as it is loaded. */
  titleOf(conversationId: string | undefined): string | undefined;
  /** Loads the newest page again. */
  refresh(): void;
  loadMore(): void;
  /** Deletes a conversation. Resolves to false if that failed, and sets `problem`. */
  delete(conversationId: string): Promise<boolean>;
}

/** Loads the reader's conversations page by page. */
export function useConversationList(words: Words): ConversationListView {
  const [conversations, setConversations] = useState<readonly ConversationJson[]>();
  const [cursor, setCursor] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const requestCount = useRef(0);

  const load = useCallback(
    async (fromCursor?: string) => {
      requestCount.current += 1;
      const requestNumber = requestCount.current;
      try {
        const page = await listConversations(fromCursor);
        // Responses may arrive out of order: only that of the latest request counts.
        if (requestNumber !== requestCount.current) return;
        setConversations((before) =>
          fromCursor === undefined
            ? page.conversations
            : [...(before ?? []), ...page.conversations],
        );
        setCursor(page.cursor);
        setProblem(undefined);
      } catch {
        if (requestNumber === requestCount.current) setProblem(words.listFailed);
      }
    },
    [words],
  );

  const refresh = useCallback(() => void load(), [load]);
  useEffect(refresh, [refresh]);

  return {
    conversations,
    problem,
    hasMore: cursor !== undefined,
    titleOf: (id) => conversations?.find(({ conversation_id: each }) => each === id)?.title,
    refresh,
    loadMore: () => void load(cursor),
    async delete(conversationId) {
      try {
        await deleteConversation(conversationId);
        setConversations((before) =>
          before?.filter(({ conversation_id: id }) => id !== conversationId),
        );
        return true;
      } catch {
        setProblem(words.deleteFailed);
        return false;
      }
    },
  };
}
