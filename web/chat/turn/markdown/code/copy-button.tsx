import type { ReactNode } from 'react';
import { Icon } from '../../../../parts/icon.tsx';
import { useCopy } from '../../../../parts/use-copy.ts';
import { useWords } from '../../../../words/use-words.ts';
import { words as dictionary } from '../words.ts';

/** Copies code, and says so for a moment. */
export function CopyButton({ text }: { readonly text: string }): ReactNode {
  const words = useWords(dictionary);
  const { isCopied, copy } = useCopy(text);
  return (
    // A browser that refuses leaves the button as it was.
    <button type="button" onClick={() => void copy().catch(() => undefined)}>
      <Icon name={isCopied ? 'check' : 'copy'} size="small" />
      <span aria-live="polite">{isCopied ? words.copied : words.copy}</span>
    </button>
  );
}
