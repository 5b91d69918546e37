'use client';

import { useEffect, useRef, useState } from 'react';
import { empty, loadTurns, withLoaded, type Shown } from '../turn/shown-turns.ts';
import type { Words } from '../words.ts';

export interface ShownState {
  readonly shown: Shown;
  /** A way to alter what is shown, which does nothing once another conversation is. */
  change(): { alter(how: (before: Shown) => Shown): void; readonly signal: AbortSignal };
  load(conversationId: string | undefined, cursor?: string): Promise<void>;
  leave(conversationId: string | undefined): void;
}

/** What is shown of a conversation, and the ways to change it. */
export function useShown(initialId: string | undefined, words: Words): ShownState {
  const [shown, setShown] = useState(() => empty(initialId));
  // What belongs to a conversation that is not shown any more has its signal aborted.
  const visit = useRef(new AbortController());

  const change: ShownState['change'] = () => {
    const { signal } = visit.current;
    const alter = (how: (before: Shown) => Shown): void => {
      if (!signal.aborted) setShown(how);
    };
    return { alter, signal };
  };

  const load: ShownState['load'] = async (id, cursor) => {
    if (id === undefined) return;
    const { alter } = change();
    const loaded = await loadTurns(id, cursor, words);
    alter((before) => withLoaded(before, loaded, cursor !== undefined));
  };

  useEffect(() => void load(initialId), [initialId]);

  return {
    shown,
    change,
    load,
    leave(id) {
      visit.current.abort();
      visit.current = new AbortController();
      setShown(empty(id));
    },
  };
}
