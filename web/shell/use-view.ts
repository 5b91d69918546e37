'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { addressOf, currentView, type View } from './view.ts';

export interface ViewState {
  readonly view: View;
  /** Shows a view at its own address, so that the reader can come back to what was shown. */
  open(view: View): void;
}

/** Holds what is shown. Calls `onShow` when that changes, by a link or by Back and Forward. */
export function useView(initial: View, onShow: (view: View) => void): ViewState {
  const [view, setView] = useState(initial);
  const latest = useRef(onShow);
  latest.current = onShow;

  const show = useCallback((next: View): void => {
    setView(next);
    latest.current(next);
  }, []);
  useEffect(() => {
    const onPopState = (): void => show(currentView());
    window.addEventListener('popstate', onPopState);
    return () => window.removeEventListener('popstate', onPopState);
  }, [show]);

  const open = useCallback(
    (next: View): void => {
      const address = addressOf(next);
      if (address !== addressOf(currentView())) window.history.pushState(null, '', address);
      show(next);
    },
    [show],
  );
  return { view, open };
}

/** Puts the id of a conversation that has just begun into the address, so that a reload shows it. */
export function nameConversation(conversationId: string): void {
  const view = currentView();
  if (view.type !== 'chat' || view.conversationId === conversationId) return;
  window.history.replaceState(null, '', addressOf({ type: 'chat', conversationId }));
}
