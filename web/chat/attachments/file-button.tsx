'use client';

import { useRef, type ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { useWords } from '../../words/use-words.ts';
import { acceptedFiles } from './check-file.ts';
import type { DraftFiles } from './use-attachments.ts';
import { attachmentWords } from './words.ts';

export interface FileButtonProps {
  readonly onAdd: DraftFiles['add'];
}

/** Opens the dialog of the browser that picks files. */
export function FileButton({ onAdd }: FileButtonProps): ReactNode {
  const words = useWords(attachmentWords);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="plus" label={words.addFiles} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={acceptedFiles}
        aria-label={words.addFiles}
        onChange={({ currentTarget }) => {
          onAdd([...(currentTarget.files ?? [])]);
          // The same file can be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
