'use client';

import { useEffect, useRef, useState, type RefObject } from 'react';

export interface Drawer {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
  readonly frame: RefObject<HTMLDivElement | null>;
}

/** A window in which the rail lies over the page. */
export const phone = '(max-width: 760px)';

/** How far a finger must move to the left to close the drawer, in pixels. */
const swipePx = 60;

/**
 * Holds whether the rail lies over the page of a phone. While it does, the rest of the page is
 * inert; it closes on Escape, a swipe, and when the window becomes wide, and gives the focus back.
 */
export function useDrawer(): Drawer {
  const [isOpen, setOpen] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const opener = document.activeElement;
    const close = (): void => setOpen(false);
    frame.current?.querySelector<HTMLElement>('.rail-nav .row')?.focus();
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && close(), { signal });
    window.matchMedia(phone).addEventListener('change', close, { signal });
    closeOnSwipe(document, close, signal);
    return () => {
      stop.abort();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [isOpen]);
  return { isOpen, open: () => setOpen(true), close: () => setOpen(false), frame };
}

function closeOnSwipe(target: Document, close: () => void, signal: AbortSignal): void {
  let startX: number | undefined;
  target.addEventListener(
    'touchstart',
    ({ touches }) => {
      startX = touches[0]?.clientX;
    },
    { signal, passive: true },
  );
  target.addEventListener(
    'touchend',
    ({ changedTouches }) => {
      const endX = changedTouches[0]?.clientX;
      if (startX !== undefined && endX !== undefined && startX - endX > swipePx) close();
    },
    { signal, passive: true },
  );
}
