import type { ReactNode } from 'react';
import { useWords } from '../words/use-words.ts';
import type { Notice } from './shell-context.tsx';
import { shellWords } from './words.ts';

export interface NoticeLineProps {
  readonly notice: Notice;
  readonly onUndo: () => void;
}

/** A line that says what was done, with a way to undo it. */
export function NoticeLine({ notice, onUndo }: NoticeLineProps): ReactNode {
  const words = useWords(shellWords);
  return (
    <div className="toast" role="status">
      <span>{notice.text}</span>
      {notice.undo !== undefined && (
        <button type="button" onClick={onUndo}>
          {words.undo}
        </button>
      )}
    </div>
  );
}
