'use client';

import {
  useId,
  useLayoutEffect,
  useRef,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
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
  useModal(dialog);
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

/** Opens a dialog over the page for as long as it is rendered. */
export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // One that is taken away must be closed first, or the focus is lost.
      shown?.close();
      requestAnimationFrame(restoreCaret);
    };
  }, [dialog]);
}

/** Chromium gives a field the focus back without a caret if the dialog is taken away at once. */
function restoreCaret(): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
  const { selectionStart: start, selectionEnd: end } = field;
  if (start !== null) field.setSelectionRange(start, end);
}
