'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Notice } from '../shell-context.tsx';

export interface NoticeState {
  readonly notice: Notice | undefined;
  /** Shows a notice for some seconds. The time of an earlier one is over at once. */
  notify(notice: Notice): void;
  undo(): void;
}

const noticeMs = 8_000;

/** Holds the notice that is shown. Whoever leaves the page has not undone it. */
export function useNotice(): NoticeState {
  const [notice, setNotice] = useState<Notice>();
  const current = useRef<{ readonly notice: Notice; readonly timer: number }>(undefined);

  const take = useCallback((): Notice | undefined => {
    const taken = current.current;
    current.current = undefined;
    setNotice(undefined);
    window.clearTimeout(taken?.timer);
    return taken?.notice;
  }, []);
  const expire = useCallback((): void => take()?.onExpire?.(), [take]);
  useEffect(() => {
    window.addEventListener('pagehide', expire);
    return () => window.removeEventListener('pagehide', expire);
  }, [expire]);

  const notify = useCallback(
    (next: Notice): void => {
      expire();
      current.current = { notice: next, timer: window.setTimeout(expire, noticeMs) };
      setNotice(next);
    },
    [expire],
  );
  return { notice, notify, undo: useCallback(() => take()?.undo?.(), [take]) };
}
