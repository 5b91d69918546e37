import { useLayoutEffect, useRef, type RefObject } from 'react';

/**
 * Leaves the text where it is when turns are put before the first one. The returned function notes
 * where the first turn is: it must be called whenever the reader scrolls, and before older turns are
 * requested. Measuring at every change would make the browser lay out a growing answer twice.
 */
export function useKeepPlace(
  viewport: RefObject<HTMLElement | null>,
  firstKey: string | undefined,
): () => void {
  const noted = useRef<{ readonly turn: HTMLElement; readonly top: number }>(undefined);
  useLayoutEffect(() => {
    const { current: before } = noted;
    noted.current = undefined;
    if (before?.turn.isConnected !== true || viewport.current === null) return;
    viewport.current.scrollTop += before.turn.offsetTop - before.top;
  }, [viewport, firstKey]);
  return () => {
    const turn = viewport.current?.querySelector<HTMLElement>('[data-turn]');
    noted.current = turn === null || turn === undefined ? undefined : { turn, top: turn.offsetTop };
  };
}
