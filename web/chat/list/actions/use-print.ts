'use client';

import { useEffect, useState } from 'react';
import type { ConversationView } from '../../conversation/use-conversation.ts';

/**
 * Returns a function that prints the open conversation, once all its turns are loaded and drawn. It
 * calls `onFail` instead if they cannot be loaded.
 */
export function usePrint(conversation: ConversationView, onFail: () => void): () => void {
  const { conversationId, branch, cursor, loadAll } = conversation;
  const [wantedId, setWantedId] = useState<string>();
  const isReady = wantedId !== undefined && wantedId === conversationId && cursor === undefined;
  useEffect(() => {
    if (!isReady) return undefined;
    const stop = new AbortController();
    const printDrawn = async (): Promise<void> => {
      await untilDrawn(branch.length, stop.signal);
      if (stop.signal.aborted) return;
      setWantedId(undefined);
      window.print();
    };
    void printDrawn();
    return () => stop.abort();
  }, [isReady, branch.length]);

  const print = async (): Promise<void> => {
    setWantedId(conversationId);
    if (await loadAll()) return;
    setWantedId(undefined);
    onFail();
  };
  return () => void print();
}

/** Resolves when the page shows so many turns: a long conversation is drawn in small tasks. */
async function untilDrawn(count: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && document.querySelectorAll('[data-turn]').length < count) {
    await new Promise(requestAnimationFrame);
  }
}
