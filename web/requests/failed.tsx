'use client';

import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import { requestWords } from './words.ts';

export interface FailedProps {
  readonly title: string;
  readonly text?: string;
  readonly onRetry?: () => void;
}

/** Says that something failed, and offers to try it again. */
export function Failed({ title, text, onRetry }: FailedProps): ReactNode {
  const words = useWords(requestWords);
  return (
    <div className="ending bad" role="alert">
      <Icon name="alert" />
      <div className="ending-words">
        <b>{title}</b>
        {text !== undefined && <p>{text}</p>}
      </div>
      {onRetry !== undefined && (
        <div className="ending-actions">
          <Button onClick={onRetry}>{words.tryAgain}</Button>
        </div>
      )}
    </div>
  );
}
