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

/** Tells the other tabs who uses this browser now, for example after signing out. */
export function tellAccount(account: string): void {
  openChannel().postMessage({ account });
}

/** Loads the page anew when another tab has another account: what is shown is not theirs. */
export function useSameAccount(account: string): void {
  useEffect(() => {
    const stop = new AbortController();
    const onMessage = ({ data }: MessageEvent<unknown>): void => {
      if (typeof data !== 'object' || data === null || !('account' in data)) return;
      if (data.account !== account) window.location.reload();
    };
    openChannel().addEventListener('message', onMessage, { signal: stop.signal });
    tellAccount(account);
    return () => stop.abort();
  }, [account]);
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
