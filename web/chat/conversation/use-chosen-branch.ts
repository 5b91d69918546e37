'use client';

import { useLayoutEffect, useRef } from 'react';
import type { ChosenBranches } from '../../drafts/chosen-branch.ts';
import type { ConversationStore } from './use-conversation-state.ts';

/** Shows the branch that the reader chose on an earlier visit, and remembers a new choice. */
export function useChosenBranch(store: ConversationStore, chosen: ChosenBranches): void {
  const { state, currentVisit } = store;
  const { conversationId, turns, lastKey, isLoading, cursor } = state;
  const restoredId = useRef<string>(undefined);

  const restore = async (id: string, turnId: string): Promise<void> => {
    const { update, loadOlder } = currentVisit();
    if (!turns.some((turn) => turn.turnId === turnId)) await loadOlder(id, cursor, turnId);
    update((before) => ({ ...before, lastKey: turnId }));
  };
  // Before the browser draws: otherwise the newest branch would be seen for a moment.
  useLayoutEffect(() => {
    if (conversationId === undefined || isLoading) {
      restoredId.current = undefined;
      return;
    }
    if (restoredId.current === conversationId) {
      chosen.write(conversationId, turns.find(({ key }) => key === lastKey)?.turnId);
      return;
    }
    restoredId.current = conversationId;
    const turnId = chosen.read(conversationId);
    if (turnId !== undefined) void restore(conversationId, turnId);
  }, [conversationId, isLoading, lastKey]);
}
