'use client';

import { useState, type DragEvent, type ReactNode } from 'react';
import { useWords } from '../../words/use-words.ts';
import styles from '../documents.module.css';
import { documentsWords } from '../words.ts';

export interface DropAreaProps {
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** Takes files that are dropped anywhere on the view. */
export function DropArea({ onFiles, children }: DropAreaProps): ReactNode {
  const words = useWords(documentsWords);
  const [isOver, setOver] = useState(false);
  const onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <div
      className={styles['area']}
      onDragEnter={onDrag}
      onDragOver={onDrag}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)))
          setOver(false);
      }}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver && (
        <p className={styles['over']} aria-hidden="true">
          {words.dropNow}
        </p>
      )}
    </div>
  );
}
