'use client';

import { useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * A modal dialog, open for as long as it is rendered. The browser makes the page behind it inert,
 * closes it on Escape and gives the focus back.
 */
export function Dialog({ title, onClose, className = '', children }: DialogProps): ReactNode {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // One that is taken away must be closed first, or the focus is lost.
    return () => shown?.close();
  }, []);
  return createPortal(
    <dialog
      ref={dialog}
      className={`dialog ${className}`.trim()}
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={holdEscape}
      onClick={(event) => {
        // A click on the backdrop arrives at the dialog itself.
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>,
    document.body,
  );
}

/** Escape closes the dialog, and nothing else of the page. */
function holdEscape(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.stopPropagation();
}
