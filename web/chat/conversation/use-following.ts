import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface Following {
  readonly isFollowing: boolean;
  /** Goes to the end, and follows it from then on. */
  follow(): void;
  /** Must be called whenever the reader scrolls. */
  onScroll(): void;
  /** Must be called when the reader turns the wheel: new words may arrive before the view moves. */
  onWheel(event: { readonly deltaY: number }): void;
}

/** The end counts as reached within this many pixels. */
const tolerancePx = 4;

/**
 * Keeps the end of a growing text in view until the reader scrolls up, however little, and again
 * once they are back at the end. Starts anew with each `beginning`: a turn that was just sent. The
 * viewport's only child is the text.
 */
export function useFollowing(
  viewport: RefObject<HTMLElement | null>,
  beginning: string | undefined,
): Following {
  const [isFollowing, setFollowing] = useState(true);
  // What the reader has just done counts at once, and not only when it is rendered.
  const isNow = useRef(true);
  const lastTop = useRef(0);
  const set = (isFollowingNow: boolean): void => {
    isNow.current = isFollowingNow;
    setFollowing(isFollowingNow);
  };
  useEffect(() => set(true), [beginning]);
  useLayoutEffect(() => {
    const frame = viewport.current;
    if (frame === null || !isFollowing) return undefined;
    const goToEnd = (): void => {
      if (!isNow.current) return;
      frame.scrollTo({ top: frame.scrollHeight });
      // The event of this movement is not one of the reader's.
      lastTop.current = frame.scrollTop;
    };
    // Called after the layout and before the text is painted: the end is never painted out of view,
    // and nothing is laid out twice.
    const observer = new ResizeObserver(goToEnd);
    for (const element of [frame, ...frame.children]) observer.observe(element);
    return () => observer.disconnect();
  }, [viewport, isFollowing]);
  return {
    isFollowing,
    follow: () => set(true),
    onScroll() {
      const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = viewport.current ?? {};
      const movedBy = scrollTop - lastTop.current;
      lastTop.current = scrollTop;
      const isAtEnd = scrollHeight - scrollTop - clientHeight <= tolerancePx;
      if (movedBy > 0 && isAtEnd) set(true);
      else if (movedBy < 0 && !isAtEnd) set(false);
    },
    onWheel({ deltaY }) {
      if (deltaY < 0 && lastTop.current > 0) set(false);
    },
  };
}
