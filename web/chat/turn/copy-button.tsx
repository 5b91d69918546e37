'use client';

import { useEffect, useState, type ReactNode } from 'react';
import { IconButton } from '../../parts/button.tsx';
import { useShell } from '../../shell/shell-context.tsx';
import { useWords } from '../../words/use-words.ts';
import { turnWords } from './words.ts';

/** How long the button says that it has copied. */
const copiedMs = 2_000;

/** Copies a text, and says so. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(turnWords);
  const { notify } = useShell();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), copiedMs);
    return () => clearTimeout(timer);
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
    <IconButton
      icon={isCopied ? 'check' : 'copy'}
      label={isCopied ? words.copied : words.copy}
      onClick={() => void copy()}
    />
  );
}
