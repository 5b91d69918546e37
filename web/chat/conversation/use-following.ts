import { useEffect, useRef, useState, type RefObject } from 'react';

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
 * once they are back at the end. Starts anew with each `beginning`: a turn that was just sent.
 */
export function useFollowing(
  viewport: RefObject<HTMLElement | null>,
  text: unknown,
  beginning: string | undefined,
): Following {
  const [isFollowing, setFollowing] = useState(true);
  const lastTop = useRef(0);
  useEffect(() => setFollowing(true), [beginning]);
  useEffect(() => {
    if (isFollowing) viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [viewport, text, isFollowing]);
  return {
    isFollowing,
    follow: () => setFollowing(true),
    onScroll() {
      const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = viewport.current ?? {};
      const isAtEnd = scrollHeight - scrollTop - clientHeight <= tolerancePx;
      const isUp = scrollTop < lastTop.current;
      lastTop.current = scrollTop;
      if (isAtEnd) setFollowing(true);
      else if (isUp) setFollowing(false);
    },
    onWheel({ deltaY }) {
      if (deltaY < 0 && lastTop.current > 0) setFollowing(false);
    },
  };
}
