'use client';

import { useEffect, useRef } from 'react';

/** The time between two looks grows with every look that finds nothing new. */
const delaysMs = [1_000, 1_500, 2_500, 4_000, 6_000, 10_000] as const;

/**
 * Calls `look` again and again while something runs and the page is visible. It resolves to a text
 * that differs if something is new, after which the next look comes soon.
 */
export function usePolling(isActive: boolean, look: () => Promise<string>): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!isActive) return undefined;
    let timer: number | undefined;
    let count = 0;
    let seen: string | undefined;
    let isOver = false;
    const schedule = (): void => {
      window.clearTimeout(timer);
      if (isOver || document.hidden) return;
      timer = window.setTimeout(() => void run(), delaysMs[count] ?? delaysMs.at(-1));
    };
    const run = async (): Promise<void> => {
      // A look that fails is one that finds nothing.
      const found = await latest.current().catch(() => seen);
      count = found === seen ? count + 1 : 0;
      seen = found;
      schedule();
    };
    const onVisible = (): void => {
      count = 0;
      schedule();
    };
    schedule();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [isActive]);
}
