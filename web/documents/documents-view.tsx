'use client';

import type { ReactNode } from 'react';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';

export function DocumentsView(): ReactNode {
  const words = useWords(shellWords);
  return (
    <div className="view">
      <div className="view-head">
        <h1>{words.documents}</h1>
      </div>
    </div>
  );
}
