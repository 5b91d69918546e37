'use client';

import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { useWords } from '../../words/use-words.ts';
import type { Notice } from '../shell-context.tsx';
import { shellWords } from '../words.ts';

export interface NoticeLineProps {
  readonly notice: Notice;
  readonly onUndo: () => void;
}

/** A line that says what was done, with a way to undo it. */
export function NoticeLine({ notice, onUndo }: NoticeLineProps): ReactNode {
  const words = useWords(shellWords);
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => placeAboveComposer(line.current), [notice]);
  return (
    <div ref={line} className="toast" role="status">
      <span>{notice.text}</span>
      {notice.undo !== undefined && (
        <button type="button" onClick={onUndo}>
          {words.undo}
        </button>
      )}
    </div>
  );
}

const gapPx = 12;

/** The composer of an open conversation is below the line. There is room at the foot otherwise. */
function placeAboveComposer(line: HTMLElement | null): void {
  const dock = document.querySelector('.chat:not([hidden], [data-empty=true]) .dock');
  if (line === null || dock === null) return;
  line.style.bottom = `${window.innerHeight - dock.getBoundingClientRect().top + gapPx}px`;
}
