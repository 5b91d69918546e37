'use client';

import type { ReactNode } from 'react';
import type { TurnView } from '../chat/turn/turn-view.ts';
import { PanelFrame } from '../shell/panel.tsx';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';

export interface BehindPanelProps {
  /** The turn to look at; the last one if undefined. */
  readonly turnKey: string | undefined;
  readonly branch: readonly TurnView[];
}

export function BehindPanel({ turnKey, branch }: BehindPanelProps): ReactNode {
  const words = useWords(shellWords);
  const turn = branch.find(({ key }) => key === turnKey) ?? branch.at(-1);
  return <PanelFrame title={words.behind}>{turn?.question}</PanelFrame>;
}
