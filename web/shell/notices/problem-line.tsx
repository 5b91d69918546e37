'use client';

import type { ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useWords } from '../../words/use-words.ts';
import styles from './problem-line.module.css';
import { shellWords } from '../words.ts';

export interface ProblemLineProps {
  readonly text: string;
  readonly onClose: () => void;
}

/** A line below the bar that says what has failed. It stays until the reader closes it. */
export function ProblemLine({ text, onClose }: ProblemLineProps): ReactNode {
  const words = useWords(shellWords);
  return (
    <div className={styles.line} role="alert">
      <Icon name="alert" />
      <span>{text}</span>
      <IconButton icon="close" size="small" label={words.close} onClick={onClose} />
    </div>
  );
}
