import { useEffect, useRef } from 'react';

/** One channel for the page: a message does not come back to the channel that sent it. */
let channel: BroadcastChannel | undefined;

function openChannel(): BroadcastChannel {
  return (channel ??= new BroadcastChannel('streambed'));
}

/** Tells the other tabs of this browser that conversations have changed. */
export function tellOtherTabs(): void {
  openChannel().postMessage('changed');
}

/** Calls `onChange` when another tab has changed conversations, and when the reader returns. */
export function useOtherTabs(onChange: () => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const onReturn = (): void => {
      if (document.visibilityState === 'visible') latest.current();
    };
    openChannel().addEventListener('message', () => latest.current(), { signal });
    document.addEventListener('visibilitychange', onReturn, { signal });
    window.addEventListener('focus', onReturn, { signal });
    window.addEventListener('online', onReturn, { signal });
    return () => stop.abort();
  }, []);
}
