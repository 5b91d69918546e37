'use client';

import type { ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { useCopy } from '../parts/use-copy.ts';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { requestWords } from './words.ts';

/** A button that copies a text. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(requestWords);
  const { notify } = useShell();
  const { isCopied, copy } = useCopy(text);
  return (
    <Button
      icon={isCopied ? 'check' : 'copy'}
      aria-live="polite"
      onClick={() => void copy().catch(() => notify({ text: words.copyFailed }))}
    >
      {isCopied ? words.copied : words.copy}
    </Button>
  );
}
