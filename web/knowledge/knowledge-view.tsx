'use client';

import type { ReactNode } from 'react';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';

export function KnowledgeView(): ReactNode {
  const words = useWords(shellWords);
  return (
    <div className="view">
      <div className="view-head">
        <h1>{words.knowledge}</h1>
      </div>
    </div>
  );
}
