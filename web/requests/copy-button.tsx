'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { requestWords } from './words.ts';

/** How long the button says that it has copied. */
const copiedMs = 2_000;

/** A button that copies a text. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(requestWords);
  const { notify } = useShell();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = window.setTimeout(() => setCopied(false), copiedMs);
    return () => window.clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      notify({ text: words.copyFailed });
    }
  };
  return (
    <Button icon={isCopied ? 'check' : 'copy'} aria-live="polite" onClick={() => void copy()}>
      {isCopied ? words.copied : words.copy}
    </Button>
  );
}
