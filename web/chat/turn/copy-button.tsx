'use client';

import type { ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { useCopy } from '../../parts/use-copy.ts';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import { turnWords } from './words.ts';

/** Copies a text, and says so. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(turnWords);
  const { notify } = useShell();
  const { isCopied, copy } = useCopy(text);
  return (
    <IconButton
      icon={isCopied ? 'check' : 'copy'}
      label={isCopied ? words.copied : words.copy}
      onClick={() => void copy().catch(() => notify({ text: words.copyFailed }))}
    />
  );
}
