'use client';

import { startTransition, useEffect, useRef, useState } from 'react';
import {
  emptyConversation,
  loadTurns,
  withLoadedTurns,
  type ConversationState,
} from '../turn/conversation-state.ts';
import type { TurnView } from '../turn/turn-view.ts';
import type { ProblemWords } from '../problem-words.ts';

export interface ConversationStore {
  readonly state: ConversationState;
  /** Returns the current visit, for work that continues after the reader may have left. */
  currentVisit(): Visit;
  /** Ends the visit and shows another conversation, without its turns. */
  switchTo(conversationId: string | undefined): void;
}

/** The time during which one conversation is shown. */
export interface Visit {
  /** Changes the state; does nothing once the visit has ended. */
  update(change: (before: ConversationState) => ConversationState): void;
  /**
   * Loads the newest turns, or older ones from a cursor. Returns those that were loaded: none once
   * the visit has ended.
   */
  load(conversationId: string | undefined, cursor?: string): Promise<readonly TurnView[]>;
  /**
   * Loads older turns from a cursor on: all of them, or until the turn with an id is there. Resolves
   * to false if a page could not be loaded, and stops when the visit ends.
   */
  loadOlder(conversationId: string, cursor: string | undefined, turnId?: string): Promise<boolean>;
  /** Aborted when the visit ends. */
  readonly signal: AbortSignal;
}

/** Holds the state of the conversation that is shown. Loads the first one. */
export function useConversationState(
  initialId: string | undefined,
  words: ProblemWords,
): ConversationStore {
  const [state, setState] = useState(() => emptyConversation(initialId));
  const visit = useRef(new AbortController());

  const currentVisit = (): Visit => {
    const { signal } = visit.current;
    const update: Visit['update'] = (change) => {
      if (!signal.aborted) setState(change);
    };
    return {
      signal,
      update,
      async load(id, cursor) {
        if (id === undefined || signal.aborted) return [];
        const loaded = await loadTurns(id, cursor, words);
        // Many turns are rendered in small tasks, between which the reader can go on.
        startTransition(() =>
          update((before) => withLoadedTurns(before, loaded, cursor !== undefined)),
        );
        return 'turns' in loaded && !signal.aborted ? loaded.turns : [];
      },
      async loadOlder(id, cursor, turnId) {
        for (let next = cursor; next !== undefined && !signal.aborted;) {
          const loaded = await loadTurns(id, next, words);
          update((before) => withLoadedTurns(before, loaded, true));
          if (!('turns' in loaded)) return false;
          const isFound = loaded.turns.some((turn) => turn.turnId === turnId);
          next = isFound ? undefined : loaded.cursor;
        }
        return true;
      },
    };
  };

  useEffect(() => void currentVisit().load(initialId), [initialId]);

  return {
    state,
    currentVisit,
    switchTo(id) {
      visit.current.abort();
      visit.current = new AbortController();
      setState(emptyConversation(id));
    },
  };
}
