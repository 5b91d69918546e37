'use client';

import type { ReactNode } from 'react';
import { PanelFrame } from '../shell/panel.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';

export function FaultsPanel(): ReactNode {
  const words = useWords(shellWords);
  return <PanelFrame title={words.faults}>{undefined}</PanelFrame>;
}
