'use client';

import type { ConversationJson } from '#protocol/conversation/conversation-schema.ts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { listConversations, removeConversation } from '../api.ts';
import type { Words } from '../words.ts';

export interface ConversationListView {
  readonly conversations: readonly ConversationJson[] | undefined;
  readonly problem: string | undefined;
  readonly hasMore: boolean;
  /** Reads the newest page again. */
  refresh(): void;
  loadMore(): void;
  /** Removes a conversation; false when that failed, which the list then says. */
  remove(conversationId: string): Promise<boolean>;
}

/** The reader's conversations, a page at a time. */
export function useConversationList(words: Words): ConversationListView {
  const [conversations, setConversations] = useState<readonly ConversationJson[]>();
  const [cursor, setCursor] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const asked = useRef(0);

  const load = useCallback(
    async (from?: string) => {
      asked.current += 1;
      const mine = asked.current;
      try {
        const page = await listConversations(from);
        // A list that was asked for later is the newer one, whichever comes first.
        if (mine !== asked.current) return;
        setConversations((all) =>
          from === undefined ? page.conversations : [...(all ?? []), ...page.conversations],
        );
        setCursor(page.cursor);
        setProblem(undefined);
      } catch {
        if (mine === asked.current) setProblem(words.conversationsFailed);
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
    refresh,
    loadMore: () => void load(cursor),
    async remove(conversationId) {
      try {
        await removeConversation(conversationId);
        setConversations((all) => all?.filter(({ conversation_id: id }) => id !== conversationId));
        return true;
      } catch {
        setProblem(words.removeFailed);
        return false;
      }
    },
  };
}
