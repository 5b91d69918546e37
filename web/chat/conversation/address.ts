import { useEffect, useRef } from 'react';

/** Returns the conversation that the page's address names. */
export function readAddress(): string | undefined {
  return new URLSearchParams(window.location.search).get('conversation') ?? undefined;
}

/** Puts a conversation into the page's address, so that a reload shows it again. */
export function setAddress(id: string | undefined, mode: 'push' | 'replace'): void {
  const address = id === undefined ? '/chat' : `/chat?conversation=${id}`;
  if (mode === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
}

/** Calls `show` with the conversation of the address when the reader goes back or forward. */
export function useAddress(show: (id: string | undefined) => void): void {
  const latest = useRef(show);
  latest.current = show;
  useEffect(() => {
    const onPopState = (): void => latest.current(readAddress());
    window.addEventListener('popstate', onPopState);
    return () => window.removeEventListener('popstate', onPopState);
  }, []);
}
